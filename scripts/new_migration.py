"""Write a new migration from the difference between the tables and the schema's history: new_migration.py "what"."""

import sys
import tempfile
from pathlib import Path

import sqlalchemy as sa
from alembic import command

from bot.store.migrations.upgrade import alembic_config, upgrade


def main(message: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        engine = sa.create_engine(f"sqlite:///{Path(folder) / 'empty.db'}")
        with engine.connect() as connection:
            upgrade(connection)
            config = alembic_config()
            config.attributes["connection"] = connection
            command.revision(config, message, autogenerate=True)


if __name__ == "__main__":
    main(sys.argv[1])
