"""On-call: covers, swaps, time off, hand-offs, feeds, calendars; overrides that can be taken back."""

import sqlalchemy as sa
from alembic import op

from bot.store.types import Instant, Json

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('calendar',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.String(), nullable=False),
    sa.Column('url', sa.String(), nullable=False),
    sa.Column('person', sa.String(), nullable=True),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('made_at', Instant(), nullable=False),
    sa.Column('read_at', Instant(), nullable=True),
    sa.Column('etag', sa.String(), nullable=False),
    sa.Column('spans', Json, nullable=False),
    sa.Column('problem', sa.String(), nullable=False),
    sa.Column('problem_since', Instant(), nullable=True),
    sa.Column('due_at', Instant(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calendar'))
    )
    with op.batch_alter_table('calendar', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_calendar_due_at'), ['due_at'], unique=False)

    op.create_table('chore',
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('due_at', Instant(), nullable=False),
    sa.Column('data', Json, nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_chore'))
    )
    with op.batch_alter_table('chore', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_chore_due_at'), ['due_at'], unique=False)

    op.create_table('cover',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('schedule', sa.String(), nullable=False),
    sa.Column('person', sa.String(), nullable=False),
    sa.Column('starts_at', Instant(), nullable=False),
    sa.Column('ends_at', Instant(), nullable=False),
    sa.Column('asked', Json, nullable=False),
    sa.Column('declined', Json, nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('made_at', Instant(), nullable=False),
    sa.Column('accepted_by', sa.String(), nullable=True),
    sa.Column('override_id', sa.Integer(), nullable=True),
    sa.Column('settled_at', Instant(), nullable=True),
    sa.Column('due_at', Instant(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cover'))
    )
    with op.batch_alter_table('cover', schema=None) as batch_op:
        batch_op.create_index('ix_cover_due', ['due_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_cover_schedule'), ['schedule'], unique=False)

    op.create_table('feed',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('made_at', Instant(), nullable=False),
    sa.Column('revoked_at', Instant(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feed')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('feed', schema=None) as batch_op:
        batch_op.create_index('ix_feed_subject', ['kind', 'subject'], unique=False)

    op.create_table('handoff_note',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('schedule', sa.String(), nullable=False),
    sa.Column('hand_off_at', Instant(), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('made_at', Instant(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handoff_note'))
    )
    with op.batch_alter_table('handoff_note', schema=None) as batch_op:
        batch_op.create_index('ix_handoff_note_schedule', ['schedule', 'hand_off_at'], unique=False)

    op.create_table('home',
    sa.Column('user', sa.String(), nullable=False),
    sa.Column('opened_at', Instant(), nullable=False),
    sa.Column('schedule', sa.String(), nullable=True),
    sa.Column('week', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('user', name=op.f('pk_home'))
    )
    with op.batch_alter_table('home', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_home_opened_at'), ['opened_at'], unique=False)

    op.create_table('quiet',
    sa.Column('user', sa.String(), nullable=False),
    sa.Column('starts_at', Instant(), nullable=True),
    sa.Column('ends_at', Instant(), nullable=True),
    sa.Column('snoozed_until', Instant(), nullable=True),
    sa.Column('asked_at', Instant(), nullable=False),
    sa.PrimaryKeyConstraint('user', name=op.f('pk_quiet'))
    )
    op.create_table('reach_test',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user', sa.String(), nullable=False),
    sa.Column('method', sa.String(), nullable=False),
    sa.Column('sent_at', Instant(), nullable=False),
    sa.Column('seen_at', Instant(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reach_test'))
    )
    with op.batch_alter_table('reach_test', schema=None) as batch_op:
        batch_op.create_index('ix_reach_test_user', ['user', 'id'], unique=False)

    op.create_table('shift_watch',
    sa.Column('schedule', sa.String(), nullable=False),
    sa.Column('told_until', Instant(), nullable=False),
    sa.Column('due_at', Instant(), nullable=False),
    sa.Column('on_call', Json, nullable=False),
    sa.PrimaryKeyConstraint('schedule', name=op.f('pk_shift_watch'))
    )
    with op.batch_alter_table('shift_watch', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_shift_watch_due_at'), ['due_at'], unique=False)

    op.create_table('swap',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('first_schedule', sa.String(), nullable=False),
    sa.Column('first_person', sa.String(), nullable=False),
    sa.Column('first_starts_at', Instant(), nullable=False),
    sa.Column('first_ends_at', Instant(), nullable=False),
    sa.Column('second_schedule', sa.String(), nullable=False),
    sa.Column('second_person', sa.String(), nullable=False),
    sa.Column('second_starts_at', Instant(), nullable=False),
    sa.Column('second_ends_at', Instant(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('made_at', Instant(), nullable=False),
    sa.Column('settled_at', Instant(), nullable=True),
    sa.Column('due_at', Instant(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_swap'))
    )
    with op.batch_alter_table('swap', schema=None) as batch_op:
        batch_op.create_index('ix_swap_due', ['due_at'], unique=False)

    op.create_table('time_off',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person', sa.String(), nullable=False),
    sa.Column('starts_at', Instant(), nullable=False),
    sa.Column('ends_at', Instant(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('made_at', Instant(), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('calendar_id', sa.Integer(), nullable=True),
    sa.Column('uid', sa.String(), nullable=True),
    sa.Column('removed_at', Instant(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_time_off'))
    )
    with op.batch_alter_table('time_off', schema=None) as batch_op:
        batch_op.create_index('ix_time_off_calendar', ['calendar_id', 'uid'], unique=False)
        batch_op.create_index('ix_time_off_ends_at', ['ends_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_time_off_person'), ['person'], unique=False)

    op.create_table('user_group',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('handle', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('members', Json, nullable=False),
    sa.Column('set_members', Json, nullable=False),
    sa.Column('set_at', Instant(), nullable=True),
    sa.Column('disabled', sa.Boolean(), nullable=False),
    sa.Column('problem', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user_group'))
    )
    with op.batch_alter_table('schedule_override', schema=None) as batch_op:
        batch_op.add_column(sa.Column('origin', sa.String(), nullable=False, server_default='override'))
        batch_op.add_column(sa.Column('removed_at', Instant(), nullable=True))
        batch_op.add_column(sa.Column('removed_by', sa.String(), nullable=False, server_default=''))

    with op.batch_alter_table('timeline', schema=None) as batch_op:
        batch_op.add_column(sa.Column('schedule', sa.String(), nullable=True))
        batch_op.create_index('ix_timeline_schedule', ['schedule', 'id'], unique=False)

