"""The machine under a bot: somebody sets its clock, it sleeps. Slack and the test have a machine of their own."""

from __future__ import annotations

import os
import signal
from datetime import datetime, timedelta
from pathlib import Path

from tests.e2e.world import BotProcess
from tests.programs import missing

SLEEPS = Path(__file__).parent / "sleeps"


class Machine:
    """Its clocks are Debian's libfaketime's for the process that it `carries`, from its next start on.

    A sleep moves the wall clock and `CLOCK_BOOTTIME`, while `CLOCK_MONOTONIC` stands still, as on Linux. A machine that
    is only `stopped`, as a process is by SIGSTOP, has all of them move on.
    """

    def __init__(self, folder: Path, *, stopped: bool = False) -> None:
        self.wall = timedelta()
        """How far its wall clock is ahead of ours."""
        self.slept = timedelta()
        """How far the time that passed on it is ahead of ours."""
        self._stopped = stopped
        self._wall_file, self._slept_file = folder / "wall", folder / "slept"
        self._tell()

    def carries(self, bot: BotProcess) -> None:
        folders = [str(SLEEPS), *filter(None, [os.environ.get("PYTHONPATH")])]
        bot.extra = {
            "LD_PRELOAD": _library(),
            "FAKETIME_TIMESTAMP_FILE": str(self._wall_file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "0" if self._stopped else "1",
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",  # with it Python's threads spin while they wait for each other
            "NO_FAKE_STAT": "1",
            "TEST_SLEPT_FILE": str(self._slept_file),
            "PYTHONPATH": os.pathsep.join(folders),
        }

    def is_set(self, by: timedelta) -> None:
        """Somebody sets the wall clock."""
        self.wall += by
        self._tell()

    def sleeps(self, bot: BotProcess, for_: timedelta) -> None:
        """Nothing runs, the time passes."""
        assert for_ > timedelta(), for_
        assert bot.process.child is not None
        bot.process.child.send_signal(signal.SIGSTOP)
        self.wall += for_
        self.slept += for_
        self._tell()
        bot.process.child.send_signal(signal.SIGCONT)

    def sleeps_until(self, bot: BotProcess, at: datetime, ours: datetime) -> None:
        """Sleep until its clock says `at`; `ours` is what ours says now."""
        self.sleeps(bot, at - ours - self.wall)

    def in_our_time(self, at: datetime) -> datetime:
        """When ours reaches what its clock calls `at`, unless it sleeps or is set before."""
        return at - self.wall

    def _tell(self) -> None:
        slept = timedelta() if self._stopped else self.slept
        for file, by in ((self._wall_file, self.wall), (self._slept_file, slept)):
            fresh = file.with_suffix(".new")
            fresh.write_text(f"{by.total_seconds():+.6f}")
            fresh.replace(file)  # whole at every moment, because it is read at every look at the clock


def _library() -> str:
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    return str(found[0]) if found else missing("libfaketime", "faketime")
