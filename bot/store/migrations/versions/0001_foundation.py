"""Foundation."""

import sqlalchemy as sa
from alembic import op

from bot.store.types import Instant, Json

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('config_object',
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('body', Json, nullable=False),
    sa.Column('owner', sa.String(), nullable=False),
    sa.Column('file', sa.String(), nullable=True),
    sa.Column('line', sa.Integer(), nullable=True),
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('updated_at', Instant(), nullable=False),
    sa.PrimaryKeyConstraint('kind', 'key', name=op.f('pk_config_object'))
    )
    op.create_table('debt',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('mode', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('lane', sa.String(), nullable=False),
    sa.Column('priority', sa.Integer(), nullable=False),
    sa.Column('payload', Json, nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('wanted', sa.Integer(), nullable=False),
    sa.Column('due_at', Instant(), nullable=False),
    sa.Column('owner', sa.String(), nullable=True),
    sa.Column('lease_until', Instant(), nullable=True),
    sa.Column('sent_from', Instant(), nullable=True),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('page_id', sa.Integer(), nullable=True),
    sa.Column('generation', sa.Integer(), nullable=True),
    sa.Column('created_at', Instant(), nullable=False),
    sa.Column('settled_at', Instant(), nullable=True),
    sa.Column('error', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_debt')),
    sa.UniqueConstraint('key', name=op.f('uq_debt_key'))
    )
    with op.batch_alter_table('debt', schema=None) as batch_op:
        batch_op.create_index('ix_debt_due', ['due_at'], unique=False, sqlite_where=sa.text("state IN ('new', 'sending')"), postgresql_where=sa.text("state IN ('new', 'sending')"))
        batch_op.create_index('ix_debt_lane', ['lane', 'id'], unique=False, sqlite_where=sa.text("state IN ('new', 'sending')"), postgresql_where=sa.text("state IN ('new', 'sending')"))
        batch_op.create_index('ix_debt_page', ['page_id'], unique=False)

    op.create_table('incident',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('severity', sa.String(), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('declared_by', sa.String(), nullable=False),
    sa.Column('declared_at', Instant(), nullable=False),
    sa.Column('trigger_key', sa.String(), nullable=True),
    sa.Column('service', sa.String(), nullable=True),
    sa.Column('description', sa.String(), nullable=False),
    sa.Column('private', sa.Boolean(), nullable=False),
    sa.Column('roles', Json, nullable=False),
    sa.Column('invited', Json, nullable=False),
    sa.Column('joined', Json, nullable=False),
    sa.Column('channel', sa.String(), nullable=True),
    sa.Column('channel_name', sa.String(), nullable=True),
    sa.Column('update', Json, nullable=True),
    sa.Column('next_update_at', Instant(), nullable=True),
    sa.Column('resolved_at', Instant(), nullable=True),
    sa.Column('resolved_by', sa.String(), nullable=True),
    sa.Column('what_happened', sa.String(), nullable=False),
    sa.Column('fix', sa.String(), nullable=False),
    sa.Column('setup_problem', sa.String(), nullable=False),
    sa.Column('archived', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incident')),
    sa.UniqueConstraint('trigger_key', name=op.f('uq_incident_trigger_key')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('incident', schema=None) as batch_op:
        batch_op.create_index('ix_incident_channel', ['channel'], unique=True)
        batch_op.create_index('ix_incident_status', ['status'], unique=False)

    op.create_table('journal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('integration', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('dedupe_key', sa.String(), nullable=True),
    sa.Column('received_at', Instant(), nullable=False),
    sa.Column('folded_at', Instant(), nullable=True),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('problem', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_journal')),
    sa.UniqueConstraint('dedupe_key', name=op.f('uq_journal_dedupe_key'))
    )
    with op.batch_alter_table('journal', schema=None) as batch_op:
        batch_op.create_index('ix_journal_pending', ['id'], unique=False, sqlite_where=sa.text('folded_at IS NULL'), postgresql_where=sa.text('folded_at IS NULL'))

    op.create_table('meta',
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('value', Json, nullable=True),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_meta'))
    )
    op.create_table('received',
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('at', Instant(), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_received'))
    )
    with op.batch_alter_table('received', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_received_at'), ['at'], unique=False)

    op.create_table('schedule_override',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('schedule', sa.String(), nullable=False),
    sa.Column('person', sa.String(), nullable=False),
    sa.Column('starts_at', Instant(), nullable=False),
    sa.Column('ends_at', Instant(), nullable=False),
    sa.Column('made_at', Instant(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_schedule_override'))
    )
    with op.batch_alter_table('schedule_override', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_schedule_override_ends_at'), ['ends_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_schedule_override_schedule'), ['schedule'], unique=False)

    op.create_table('slack_user',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('team_id', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('real_name', sa.String(), nullable=False),
    sa.Column('email', sa.String(), nullable=False),
    sa.Column('tz', sa.String(), nullable=False),
    sa.Column('deleted', sa.Boolean(), nullable=False),
    sa.Column('is_bot', sa.Boolean(), nullable=False),
    sa.Column('is_restricted', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_slack_user'))
    )
    op.create_table('timeline',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', Instant(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('page_id', sa.Integer(), nullable=True),
    sa.Column('incident_id', sa.Integer(), nullable=True),
    sa.Column('data', Json, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_timeline'))
    )
    with op.batch_alter_table('timeline', schema=None) as batch_op:
        batch_op.create_index('ix_timeline_incident', ['incident_id', 'id'], unique=False)
        batch_op.create_index('ix_timeline_page', ['page_id', 'id'], unique=False)

    op.create_table('page',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('group_key', sa.String(), nullable=True),
    sa.Column('service', sa.String(), nullable=True),
    sa.Column('policy', Json, nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('severity', sa.String(), nullable=True),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('started_at', Instant(), nullable=False),
    sa.Column('due_at', Instant(), nullable=True),
    sa.Column('generation', sa.Integer(), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('level', sa.Integer(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('last_resort', sa.Boolean(), nullable=False),
    sa.Column('step_at', Instant(), nullable=True),
    sa.Column('paged', Json, nullable=False),
    sa.Column('declined', Json, nullable=False),
    sa.Column('failed', Json, nullable=False),
    sa.Column('reached', sa.Boolean(), nullable=False),
    sa.Column('ever_paged', Json, nullable=False),
    sa.Column('acknowledged_by', sa.String(), nullable=True),
    sa.Column('acknowledged_at', Instant(), nullable=True),
    sa.Column('snoozed_until', Instant(), nullable=True),
    sa.Column('resolved_by', sa.String(), nullable=True),
    sa.Column('resolved_at', Instant(), nullable=True),
    sa.Column('incident_id', sa.Integer(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("state NOT IN ('triggered', 'snoozed') OR due_at IS NOT NULL", name=op.f('ck_page_unacknowledged_has_a_next_step')),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_page_incident_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_page')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('page', schema=None) as batch_op:
        batch_op.create_index('ix_page_due', ['due_at'], unique=False, sqlite_where=sa.text('due_at IS NOT NULL'), postgresql_where=sa.text('due_at IS NOT NULL'))
        batch_op.create_index('ix_page_incident', ['incident_id'], unique=False)
        batch_op.create_index('ix_page_one_open', ['group_key'], unique=True, sqlite_where=sa.text("group_key IS NOT NULL AND state <> 'resolved'"), postgresql_where=sa.text("group_key IS NOT NULL AND state <> 'resolved'"))
        batch_op.create_index('ix_page_state', ['state'], unique=False)

    op.create_table('alert',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('integration', sa.String(), nullable=False),
    sa.Column('service', sa.String(), nullable=True),
    sa.Column('dedup_key', sa.String(), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('description', sa.String(), nullable=False),
    sa.Column('severity', sa.String(), nullable=True),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('starts_at', Instant(), nullable=True),
    sa.Column('first_at', Instant(), nullable=False),
    sa.Column('last_at', Instant(), nullable=False),
    sa.Column('events', sa.Integer(), nullable=False),
    sa.Column('resolved_at', Instant(), nullable=True),
    sa.Column('resolved_by', sa.String(), nullable=True),
    sa.Column('tags', Json, nullable=False),
    sa.Column('links', Json, nullable=False),
    sa.Column('payload', Json, nullable=False),
    sa.Column('page_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['page_id'], ['page.id'], name=op.f('fk_alert_page_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alert'))
    )
    with op.batch_alter_table('alert', schema=None) as batch_op:
        batch_op.create_index('ix_alert_key', ['integration', 'dedup_key', 'id'], unique=False)
        batch_op.create_index('ix_alert_page', ['page_id'], unique=False)
        batch_op.create_index('ix_alert_status', ['status'], unique=False)

    op.create_table('notification',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('page_id', sa.Integer(), nullable=False),
    sa.Column('generation', sa.Integer(), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('level', sa.Integer(), nullable=False),
    sa.Column('addressee', sa.String(), nullable=False),
    sa.Column('is_channel', sa.Boolean(), nullable=False),
    sa.Column('method', sa.String(), nullable=False),
    sa.Column('cause', sa.String(), nullable=False),
    sa.Column('via', sa.String(), nullable=False),
    sa.Column('until', Instant(), nullable=True),
    sa.Column('added_by', sa.String(), nullable=True),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('last_resort', sa.Boolean(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('created_at', Instant(), nullable=False),
    sa.Column('settled_at', Instant(), nullable=True),
    sa.ForeignKeyConstraint(['page_id'], ['page.id'], name=op.f('fk_notification_page_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notification')),
    sa.UniqueConstraint('page_id', 'generation', 'step', 'addressee', 'method', name=op.f('uq_notification_page_id_generation_step_addressee_method'))
    )
    with op.batch_alter_table('notification', schema=None) as batch_op:
        batch_op.create_index('ix_notification_page', ['page_id'], unique=False)

    op.create_table('message',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('ts', sa.String(), nullable=False),
    sa.Column('notification_id', sa.Integer(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['notification_id'], ['notification.id'], name=op.f('fk_message_notification_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_message')),
    sa.UniqueConstraint('channel', 'ts', name=op.f('uq_message_channel_ts'))
    )
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.create_index('ix_message_subject', ['subject'], unique=False)

