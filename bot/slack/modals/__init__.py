"""The forms: each module shows one with `view(…)` and reads its submission with `read(view)`.

`read` answers what was filled in as a frozen dataclass, or the errors by `block_id`, which Slack shows at the fields.
To add one: its callback id in `bot.slack.ids`; a module here with `view` and `read`, built of `form`; a row in
`tests/render/test_modals.py`; a listener for its submission.
"""
