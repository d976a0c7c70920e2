"""Alembic's entry: runs on the connection that `migrate` hands over."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context

from bot.store.tables import metadata
from bot.store.types import Instant


def render_item(kind: str, item: Any, _context: object) -> str | Literal[False]:
    """Write our column types by their names in new migrations."""
    if kind == "type" and isinstance(item, Instant):
        return "Instant()"
    if kind == "type" and isinstance(item, sa.JSON):
        return "Json"
    if kind == "type" and isinstance(item, sa.String):
        return "sa.String()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    render_item=render_item,
    transactional_ddl=False,
)
context.run_migrations()
