"""Compiled wording, kept beside the templates as Python keeps its own: a start compiles only what was changed."""

from __future__ import annotations

import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from pickle import UnpicklingError
from threading import get_ident

from jinja2.bccache import Bucket, BytecodeCache

HERE = Path(__file__).parent
FOLDER = HERE / "__pycache__"
NOT_READABLE = (OSError, EOFError, ValueError, TypeError, UnpicklingError)
"""What reading a file that isn't there, or is damaged, raises."""


class BesideTheTemplates(BytecodeCache):
    """Where the folder may not be written, each process compiles for itself."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        # Filters of constants are worked out by the compiler, so that their code is part of what was compiled.
        self._code = sha256(b"".join(path.read_bytes() for path in sorted(HERE.glob("*.py")))).hexdigest()

    def get_source_checksum(self, source: str) -> str:
        return sha256(f"{self._code} {source}".encode()).hexdigest()

    def load_bytecode(self, bucket: Bucket) -> None:
        """Leaves the bucket empty when there is nothing, or something older."""
        try:
            with self._path(bucket).open("rb") as file:
                bucket.load_bytecode(file)
        except NOT_READABLE:
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Whole or not at all: others may read at the same time."""
        path = self._path(bucket)
        unfinished = path.with_suffix(f".{os.getpid()}.{get_ident()}")
        with suppress(OSError):
            self._folder.mkdir(exist_ok=True)
            with unfinished.open("wb") as file:
                bucket.write_bytecode(file)
            unfinished.replace(path)

    def _path(self, bucket: Bucket) -> Path:
        return self._folder / f"{bucket.key}.j2c"
