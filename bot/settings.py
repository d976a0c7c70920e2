"""What the operator sets, from the environment or `.env`."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, DotEnvSettingsSource, SettingsConfigDict

SLACK_API = "https://slack.com/api/"
SANDBOX_DATABASE = Path("data/sandbox.db")
"""What `tocsin sandbox` uses when no database is set; new at each of its starts, like the workspace."""
SANDBOX_BOT_TOKEN = "xoxb-sandbox"
SANDBOX_APP_TOKEN = "xapp-sandbox"


COMMAND = r"^/[a-z0-9_-]{1,31}$"
"""Slack's rule for a command's name (docs.slack.dev, "Slash commands")."""


class Settings(BaseSettings):
    """Every setting by its environment name; the README's table lists the same."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", populate_by_name=True)

    slack_bot_token: SecretStr = Field(
        default=SecretStr(""),
        validation_alias="SLACK_BOT_TOKEN",
        description="The app's bot token, `xoxb-…`.",
    )
    slack_app_token: SecretStr = Field(
        default=SecretStr(""),
        validation_alias="SLACK_APP_TOKEN",
        description="The app-level token, `xapp-…`, with connections:write.",
    )
    slack_api_url: str = Field(
        default=SLACK_API,
        validation_alias="SLACK_API_URL",
        description="Where the Web API is; the sandbox's ends in `/api/`.",
    )
    database_url: str = Field(
        default="sqlite+aiosqlite:///data/tocsin.db",
        validation_alias="TOCSIN_DATABASE_URL",
        description="`sqlite+aiosqlite:///…` or `postgresql+asyncpg://…`.",
    )
    config: Path | None = Field(
        default=None,
        validation_alias="TOCSIN_CONFIG",
        description="A file or folder of YAML, applied at start when it changed.",
    )
    http_host: str = Field(
        default="127.0.0.1", validation_alias="TOCSIN_HTTP_HOST", description="Where alerts are listened for."
    )
    http_port: int = Field(default=8080, validation_alias="TOCSIN_HTTP_PORT", description="Its port.")
    metrics_port: int | None = Field(
        default=None,
        validation_alias="TOCSIN_METRICS_PORT",
        description="A port of its own for `/metrics`; unset: the same port.",
    )
    secret_key: SecretStr = Field(
        default=SecretStr(""),
        validation_alias="TOCSIN_SECRET_KEY",
        description="Signs links outside Slack; unset: a key that is made once and kept in the database.",
    )
    public_url: str | None = Field(
        default=None,
        validation_alias="TOCSIN_PUBLIC_URL",
        description="Where the outside reaches this server; unset: one-tap links, feeds and callbacks are off.",
    )
    heartbeat_url: SecretStr | None = Field(
        default=None,
        validation_alias="TOCSIN_HEARTBEAT_URL",
        description="Asked after each clean audit, so that a watcher outside misses a dead or sick Tocsin.",
    )
    allow_private_urls: bool = Field(
        default=False,
        validation_alias="TOCSIN_ALLOW_PRIVATE_URLS",
        description="Whether URLs that Tocsin calls may lead to this machine and private networks.",
    )
    time_scale: float = Field(
        default=1.0,
        validation_alias="TOCSIN_TIME_SCALE",
        description="Sandbox only: 60 makes a minute pass in a second.",
        gt=0,
        le=3600,
    )
    sandbox_port: int = Field(
        default=8900,
        validation_alias="TOCSIN_SANDBOX_PORT",
        description="Where `make run` shows the sandbox.",
    )
    command_incident: str = Field(
        default="/incident",
        validation_alias="TOCSIN_COMMAND_INCIDENT",
        description="How the command for incidents is called, as in the Slack app's manifest.",
        pattern=COMMAND,
    )
    command_on_call: str = Field(
        default="/oncall",
        validation_alias="TOCSIN_COMMAND_ONCALL",
        description="How the command for on-call is called, as in the Slack app's manifest.",
        pattern=COMMAND,
    )
    log_level: str = Field(
        default="INFO", validation_alias="TOCSIN_LOG_LEVEL", description="DEBUG, INFO, WARNING or ERROR."
    )

    log_format: str = Field(
        default="",
        validation_alias="TOCSIN_LOG_FORMAT",
        description="`json` or `text`; unset: text on a terminal, JSON elsewhere.",
    )

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be written anywhere."""
        hidden = (self.slack_bot_token, self.slack_app_token, self.secret_key, self.heartbeat_url)
        return tuple(one.get_secret_value() for one in hidden if one)

    @property
    def on_sandbox(self) -> bool:
        """Whether the bot speaks to a local Slack and not to the real one."""
        return not self.slack_api_url.startswith("https://")


def environment() -> dict[str, str]:
    """The variables of the process and of `.env`, the process's first: where `token_env` and `secret_env` look."""
    kept = DotEnvSettingsSource(Settings, env_file=".env", case_sensitive=True).env_vars
    return {name: value for name, value in {**kept, **os.environ}.items() if value is not None}
