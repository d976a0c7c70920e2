"""Links, related and merged incidents, and tasks."""

import sqlalchemy as sa
from alembic import op

from bot.store.types import Instant, Json

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('incident', schema=None) as batch_op:
        batch_op.add_column(sa.Column('links', Json, nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('related', Json, nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('merged_into', sa.Integer(), nullable=True))
        batch_op.create_index('ix_incident_merged_into', ['merged_into'], unique=False)

    op.create_table('task',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('incident_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('made_by', sa.String(), nullable=False),
    sa.Column('made_at', Instant(), nullable=False),
    sa.Column('assignee', sa.String(), nullable=True),
    sa.Column('due_at', Instant(), nullable=True),
    sa.Column('done_at', Instant(), nullable=True),
    sa.Column('done_by', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_task'))
    )
    with op.batch_alter_table('task', schema=None) as batch_op:
        batch_op.create_index('ix_task_incident_id', ['incident_id'], unique=False)
