"""`python -m bot`: the same as the `tocsin` command."""

import gc
import sys

gc.disable()  # a tenth of a start went by in collections that found next to nothing: what is imported stays

# structlog would take Rich for a traceback that we do not show, and with it Pygments: a twentieth of a start.
sys.modules["rich"] = None  # type: ignore[assignment]
import structlog  # noqa: E402, F401 - between the lines around it

del sys.modules["rich"]

from bot.cli import main  # noqa: E402 - after the lines above

gc.freeze()  # collected even once, all these imports would be walked through for a twentieth of a start
gc.enable()

if __name__ == "__main__":
    main()
