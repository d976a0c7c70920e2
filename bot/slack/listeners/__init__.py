"""What people do in Slack: each listener reads it, calls one use case, and answers.

To add one: write `async def name(desk: Desk, asked: Asked) -> Answer` in the module of its noun; name its id in
`bot.slack.ids`; register it in the module's `register` with what it takes to be allowed; write its story in
`tests/slack`. A listener has no SQL, no wording and no try/except: what it raises becomes one kind sentence, and it is
acked only when it has come back, so that "acknowledged" means "recorded".
"""
