"""The tables. To add one: a SQLModel class in its noun's module, imported here, and a migration."""

from sqlalchemy import MetaData
from sqlmodel import SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

from bot.store.tables.configuration import ConfigObjectRow, MetaRow, SlackUserRow  # noqa: E402
from bot.store.tables.debts import DebtRow, MessageRow, ReceivedRow  # noqa: E402
from bot.store.tables.incidents import IncidentRow, TaskRow  # noqa: E402
from bot.store.tables.intake import AlertRow, JournalRow  # noqa: E402
from bot.store.tables.on_call import (  # noqa: E402
    CalendarRow,
    ChoreRow,
    CoverRow,
    FeedRow,
    HandoffNoteRow,
    HomeRow,
    OverrideRow,
    QuietRow,
    ReachTestRow,
    ShiftWatchRow,
    SwapRow,
    TimeOffRow,
    UserGroupRow,
)
from bot.store.tables.pages import NotificationRow, PageRow  # noqa: E402
from bot.store.tables.reach import (  # noqa: E402
    ContactMethodRow,
    DrillRow,
    HookHealthRow,
    ReachRulesRow,
    RoundRobinRow,
)
from bot.store.tables.timeline import TimelineRow  # noqa: E402

metadata: MetaData = SQLModel.metadata

__all__ = [
    "AlertRow",
    "CalendarRow",
    "ChoreRow",
    "ConfigObjectRow",
    "ContactMethodRow",
    "CoverRow",
    "DebtRow",
    "DrillRow",
    "FeedRow",
    "HandoffNoteRow",
    "HomeRow",
    "HookHealthRow",
    "IncidentRow",
    "JournalRow",
    "MessageRow",
    "MetaRow",
    "NotificationRow",
    "OverrideRow",
    "PageRow",
    "QuietRow",
    "ReachRulesRow",
    "ReachTestRow",
    "ReceivedRow",
    "RoundRobinRow",
    "ShiftWatchRow",
    "SlackUserRow",
    "SwapRow",
    "TaskRow",
    "TimeOffRow",
    "TimelineRow",
    "UserGroupRow",
    "metadata",
]
