"""One process for a SQLite database: a second one would share its timers and send every page twice."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import IO

from bot.errors import CannotStart
from bot.store.address import parsed


class LockFile:
    """A lock beside the database file, held while the process lives; the system frees it when the process dies."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: IO[str] | None = None

    @classmethod
    def for_database(cls, url: str) -> LockFile:
        """No lock for PostgreSQL: several copies are welcome there."""
        address = parsed(url)
        if address.get_backend_name() != "sqlite" or not address.database or address.database == ":memory:":
            return cls(None)
        return cls(Path(f"{address.database}.lock"))

    def take(self) -> None:
        """Raises `CannotStart` when another process holds it."""
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._path.open("w")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.close()
            self._file = None
            raise CannotStart(
                f"Another Tocsin is running on {self._path.with_suffix('')}. Stop it first, or point "
                "TOCSIN_DATABASE_URL at PostgreSQL, where several copies may run."
            ) from error

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
