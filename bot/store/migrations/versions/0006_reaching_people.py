"""Contact methods, rules and attempts by each method; urgency, turns and hand-overs of pages."""

import sqlalchemy as sa
from alembic import op

from bot.store.types import Instant, Json

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('contact_method',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('address', sa.String(), nullable=False),
    sa.Column('label', sa.String(), nullable=False),
    sa.Column('made_at', Instant(), nullable=False),
    sa.Column('code_hash', sa.String(), nullable=False),
    sa.Column('code_until', Instant(), nullable=True),
    sa.Column('code_tries', sa.Integer(), nullable=False),
    sa.Column('verified_at', Instant(), nullable=True),
    sa.Column('tested_at', Instant(), nullable=True),
    sa.Column('problem', sa.String(), nullable=False),
    sa.Column('problem_at', Instant(), nullable=True),
    sa.Column('removed_at', Instant(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact_method')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('contact_method', schema=None) as batch_op:
        batch_op.create_index('ix_contact_method_user', ['user'], unique=False)

    op.create_table('hook_health',
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('failed_since', Instant(), nullable=True),
    sa.Column('disabled_at', Instant(), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_hook_health'))
    )
    op.create_table('reach_rules',
    sa.Column('user', sa.String(), nullable=False),
    sa.Column('urgency', sa.String(), nullable=False),
    sa.Column('rules', Json, nullable=False),
    sa.Column('quiet', Json, nullable=True),
    sa.Column('changed_at', Instant(), nullable=False),
    sa.PrimaryKeyConstraint('user', 'urgency', name=op.f('pk_reach_rules'))
    )
    op.create_table('round_robin',
    sa.Column('policy', sa.String(), nullable=False),
    sa.Column('level', sa.Integer(), nullable=False),
    sa.Column('turn', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('policy', 'level', name=op.f('pk_round_robin'))
    )
    planned = sa.text("state = 'planned'")
    with op.batch_alter_table('notification', schema=None) as batch_op:
        batch_op.add_column(sa.Column('contact', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('due_at', Instant(), nullable=True))
        batch_op.add_column(sa.Column('provider', sa.String(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('remote_id', sa.String(), nullable=False, server_default=''))
        batch_op.drop_constraint(op.f('uq_notification_page_id_generation_step_addressee_method'), type_='unique')
        batch_op.create_index('ix_notification_due', ['due_at'], unique=False, sqlite_where=planned, postgresql_where=planned)
        batch_op.create_unique_constraint('uq_notification_attempt', ['page_id', 'generation', 'step', 'addressee', 'method', 'contact'])

    with op.batch_alter_table('page', schema=None) as batch_op:
        batch_op.add_column(sa.Column('urgency', sa.String(), nullable=False, server_default='high'))
        batch_op.add_column(sa.Column('urgent_at', Instant(), nullable=True))
        batch_op.add_column(sa.Column('leg', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('agreed', Json, nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('accepted', Json, nullable=False, server_default='[]'))

    with op.batch_alter_table('user_group', schema=None) as batch_op:
        batch_op.drop_column('problem')
