"""Files that not everybody at the desk may see: of employees, public persons, and where there is a conflict."""

from dataclasses import dataclass
from datetime import date, timedelta

from rules.errors import Refused

LONGEST_DAYS = 365
"""For how long an officer can be let in at once."""


@dataclass(eq=False)
class GrantDateNotAllowed(Refused):
    """Somebody is let in for today at least, and for a year at most."""

    code = "GRANT_DATE_NOT_ALLOWED"
    path = ("lastDay",)
    earliest: date
    """The first day it can end on."""
    latest: date
    """The last one."""


def check_last_day(last_day: date, today: date) -> None:
    """Raise `GrantDateNotAllowed`."""
    latest = today + timedelta(days=LONGEST_DAYS)
    if not today <= last_day <= latest:
        raise GrantDateNotAllowed(earliest=today, latest=latest)
