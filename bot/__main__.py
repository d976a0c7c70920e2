"""`python -m bot`: the same as the `tocsin` command."""

import gc

gc.disable()  # a tenth of a start went by in collections that found nothing: what is imported stays

from bot.cli import main  # noqa: E402 - after the line above

if __name__ == "__main__":
    main()
