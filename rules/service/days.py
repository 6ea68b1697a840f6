"""What a member of staff has to do on a day, in one list."""

from enum import StrEnum


class DayItemKind(StrEnum):
    """What is to be done."""

    CASE = "CASE"
    """A complaint or request is to be answered."""
    CALLBACK = "CALLBACK"
    """A customer wants to be called."""
    FOLLOW_UP = "FOLLOW_UP"
    """A customer was not content: somebody speaks with him."""
    APPLICATION = "APPLICATION"
    """An application is to be worked on."""
    HELP = "HELP"
    """A customer asks for help with a loan."""
    LESSON = "LESSON"
    """A lesson is to be completed."""
    BIRTHDAY = "BIRTHDAY"
    """A customer of one's own has his birthday."""
