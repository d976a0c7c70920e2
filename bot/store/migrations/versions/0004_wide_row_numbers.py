"""Row numbers of 64 bits where every alert takes one: PostgreSQL's 32 end after two billion."""

from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name != 'postgresql':
        return  # SQLite's row numbers have 64 bits already
    for table in ('journal', 'debt'):
        op.execute(f'ALTER TABLE {table} ALTER COLUMN id TYPE BIGINT')
        op.execute(f'ALTER SEQUENCE {table}_id_seq AS BIGINT')
