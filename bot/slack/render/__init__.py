"""What people see: view models become blocks. Pure: no clock, no I/O, no decision left to take.

To add a surface: give it a view model in `bot.core.views`; write its words as macros in `bot/templates/<surface>.j2`;
build its blocks here with `message`; let `tests/render` check it against Slack's limits.
"""
