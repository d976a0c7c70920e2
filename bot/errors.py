"""Everything that Tocsin raises on purpose.

TocsinError
├── CannotStart          the operator must mend something; exit code 1
├── DatabaseBusy         the database could not be written in time; nothing was lost, try again
│   ├── MaybeSaved       it went away at the commit: look before trying again
│   └── StoodDown        the schema was changed by another version: this copy ends
├── DatabaseRefused      a statement was wrong for the data; our bug or a value no column takes
├── NotAllowed           this person may not do this
└── Wrong                a caller's mistake, said in one kind sentence

A message says what happened, to whom, and what to do next.
"""


class TocsinError(Exception):
    """The root: its text is fit to be shown to the person concerned."""


class CannotStart(TocsinError):
    """The bot cannot start; the text says what to mend."""


class DatabaseBusy(TocsinError):
    """The database is locked or away. Nothing was saved; trying again is safe."""


class MaybeSaved(DatabaseBusy):
    """The database went away while it committed. It may have been saved or not."""


class StoodDown(DatabaseBusy):
    """This copy writes nothing more, since the schema is no longer its own. Another copy takes what comes again."""


class DatabaseRefused(TocsinError):
    """The database did not take a statement. Nothing was saved."""


class NotAllowed(TocsinError):
    """This person may not do this; the text says who may."""


class Wrong(TocsinError):
    """What was asked cannot be done; the text says why and what to do instead.

    `field` is the part of a form that is wrong, by its `block_id`, when it is one.
    """

    def __init__(self, text: str, field: str = "") -> None:
        super().__init__(text)
        self.field = field
