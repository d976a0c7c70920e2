"""Live drills."""

import sqlalchemy as sa
from alembic import op

from bot.store.types import Instant, Json

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('drill',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('what', sa.String(), nullable=False),
    sa.Column('severity', sa.String(), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('made_at', Instant(), nullable=False),
    sa.Column('places', Json, nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('agreed', Json, nullable=False),
    sa.Column('declined', Json, nullable=False),
    sa.Column('pages', Json, nullable=False),
    sa.Column('started_at', Instant(), nullable=True),
    sa.Column('ends_at', Instant(), nullable=True),
    sa.Column('due_at', Instant(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_drill')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('drill', schema=None) as batch_op:
        batch_op.create_index('ix_drill_due', ['due_at'], unique=False)
