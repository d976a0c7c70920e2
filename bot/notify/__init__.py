"""What leaves for people beside Slack: one leaf for each way, and the providers that are asked in turn.

To add one: its type in `bot.core.catalogue.ProviderType` and the keys of its entry in `bot/config/schema.py`; a module
here with a class that is a `bot.notify.channel.Channel`; its line in `bot.notify.providers`; its rows in
`tests/notify/test_channels.py`; its section in `docs/reaching-people.md`.
"""
