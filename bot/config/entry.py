"""What every entry of a configuration file has in common."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from bot.config.values import wrong


def key(description: str, example: str, default: Any = ..., **limits: Any) -> Any:
    """A key of an entry; without a default it must be there."""
    return Field(default, description=description, examples=[example], **limits)


class Entry(BaseModel):
    """Strict: no unknown key, no value of another type, no key without a value."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _has_a_value(cls, value: object) -> object:
        if value is None:
            cure = "Give it a value or leave the key out; a value that begins with # needs quotes."
            raise wrong("there is no value", cure)
        return value
