"""No index entry for what nobody looks up by it: a fact of no incident or no schedule, a notification's page twice."""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('notification', schema=None) as batch_op:
        batch_op.drop_index('ix_notification_page')

    with op.batch_alter_table('timeline', schema=None) as batch_op:
        for index, column in (('ix_timeline_incident', 'incident_id'), ('ix_timeline_schedule', 'schedule')):
            there = sa.text(f'{column} IS NOT NULL')
            batch_op.drop_index(index)
            batch_op.create_index(index, [column, 'id'], unique=False, sqlite_where=there, postgresql_where=there)
