"""`tocsin hooks`: webhooks and providers that do not answer, and webhooks that are mended."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import typer

from bot.clock import SystemClock
from bot.core.ids import WebhookId
from bot.queries import provider_health as queries
from bot.store.database import Database
from bot.store.migrations import check_schema
from bot.usecases import provider_health

app = typer.Typer(no_args_is_help=True, help="Webhooks and providers that do not answer.")


@app.command(name="list")
def show() -> None:
    """List the webhooks and providers that do not answer, since when and why."""

    async def work(db: Database) -> None:
        async with db.read() as conn:
            found = await queries.troubles(conn)
        for trouble in found.values():
            state = "disabled" if trouble.disabled_at else "failing"
            since = f"{trouble.failed_since:%Y-%m-%d %H:%M} UTC"
            print(f"{trouble.key} {state} since {since}: {trouble.reason}")
        if not found:
            print("All providers and webhooks answer.")

    _on_database(work)


@app.command()
def enable(webhook: str) -> None:
    """Call a webhook again that was disabled because it failed for long."""

    async def work(db: Database) -> None:
        await provider_health.enable(db, WebhookId(webhook))
        print(f"The webhook {webhook} is called again.")

    _on_database(work)


def _on_database(work: Callable[[Database], Awaitable[None]]) -> None:
    from bot import cli  # the command line registers these commands

    async def run() -> None:
        db = Database(cli.settings_or_exit().database_url, SystemClock())
        try:
            await check_schema(db)
            await work(db)
        finally:
            await db.close()

    cli.execute(run())
