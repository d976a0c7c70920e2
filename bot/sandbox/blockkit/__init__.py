"""Block Kit as Slack checks it: unknown types, unknown fields, lengths, counts and duplicates are refused.

To add a block: 1. describe its fields in `blocks.py`. 2. Add it to `BLOCKS` there. 3. Let `plain.py` read it aloud.
4. Add rows to `tests/sandbox/test_blockkit.py`.
To add an element: the same with `elements.py`, and name it in the places that may hold it.
Limits are those of docs.slack.dev, "Block Kit reference".
"""

from bot.sandbox.blockkit.check import Problem
from bot.sandbox.blockkit.surfaces import check_attachments, check_blocks, check_view, with_ids

__all__ = ["Problem", "check_attachments", "check_blocks", "check_view", "with_ids"]
