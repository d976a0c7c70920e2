"""`python -m bot.sandbox serve`."""

from bot.sandbox.cli import main

if __name__ == "__main__":
    main()
