"""The DM with a person is kept: Slack limits how often one may be opened, and each start asked anew."""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('slack_user', sa.Column('direct', sa.String(), nullable=True))
