"""Configuration as code: YAML files become the objects of `bot.core.catalogue`.

To add a kind of object: its dataclass in `core/catalogue.py` and its kind in `core/configuration.py`; its entry in
`schema.py`; its row in `objects.py` and `dump.py`; its names in `check.py`; its section in `docs/configuration.md`.
"""
