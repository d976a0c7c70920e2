"""Hands: acting as a person from a program, and what the browser page uses.

To add a hand: 1. write an async function `(sandbox, body) -> answer` in the file whose question it answers.
2. Register it in `routes.py`. 3. Refuse with `HandError`, saying what was seen instead. 4. Test it in `tests/sandbox/`.
"""

from bot.sandbox.hands.routes import routes

__all__ = ["routes"]
