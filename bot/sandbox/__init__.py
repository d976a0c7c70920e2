"""A Slack workspace on this machine: the bot connects to it as it would to Slack, people try it without an account.

It shares nothing with the rest of `bot` but the wire. `server.py` puts it together.
"""
