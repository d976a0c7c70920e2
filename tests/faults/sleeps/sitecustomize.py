"""Python takes this up by itself where its folder is in PYTHONPATH: a machine that slept counts it as Linux does.

`CLOCK_BOOTTIME` is ahead by the seconds in the file that TEST_SLEPT_FILE names. libfaketime sets the wall clock alone.
"""

import os
import time
from pathlib import Path

_SLEPT = Path(os.environ["TEST_SLEPT_FILE"])
_asked = time.clock_gettime


def _with_sleeps(clock: int) -> float:
    slept = float(_SLEPT.read_text()) if clock == time.CLOCK_BOOTTIME else 0.0
    return _asked(clock) + slept


time.clock_gettime = _with_sleeps
