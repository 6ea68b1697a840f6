"""At which hours somebody may be told something, on his own clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from rules.errors import Refused
from rules.loans.contacts import FIRST_HOUR, LAST_HOUR
from rules.notifications.classes import MessageClass

DAYTIME = (time(9), time(21))
"""When people are reminded and offered something."""
FREE_MINUTES = 120
"""So much of the daytime no quiet hours may take: else he could never be reminded."""


@dataclass(frozen=True)
class QuietHours:
    """From the first minute of the day to before the last, over midnight where that is earlier."""

    from_: time
    to: time

    def covers(self, clock: time) -> bool:
        """Say whether this time of day is quiet."""
        if self.from_ < self.to:
            return self.from_ <= clock < self.to
        return clock >= self.from_ or clock < self.to


DEFAULT_QUIET = QuietHours(time(22), time(8))
"""Where he chose none."""
_WINDOWS: Mapping[MessageClass, tuple[time, time]] = {
    MessageClass.REMINDER: DAYTIME,
    MessageClass.OVERDUE: (FIRST_HOUR, LAST_HOUR),
    MessageClass.PROMOTION: DAYTIME,
}
_AT_ANY_TIME = frozenset({MessageClass.SECURITY, MessageClass.PAYMENT})


@dataclass(eq=False)
class QuietHoursEmpty(Refused):
    """Quiet hours have to end at another time than they begin. Choose two times."""

    code = "QUIET_HOURS_EMPTY"
    path = ("quietTo",)


@dataclass(eq=False)
class QuietHoursTooLong(Refused):
    """Quiet hours leave too little of the day to be told what you must know. Shorten them."""

    code = "QUIET_HOURS_TOO_LONG"
    path = ("quietTo",)
    free_minutes: int
    """So many minutes between 9:00 and 21:00 have to stay free."""


@dataclass(eq=False)
class ZoneUnknown(Refused):
    """There is no such time zone. Send a name of the IANA database, such as Asia/Shanghai."""

    code = "ZONE_UNKNOWN"
    path = ("zone",)


@dataclass(eq=False)
class ZoneChangedLately(Refused):
    """The time zone was changed within the last 24 hours. Change it again later."""

    code = "ZONE_CHANGED_LATELY"
    path = ("zone",)
    again_at: datetime
    """From when on it can be changed."""


ZONE_HOLDS = timedelta(hours=24)
"""Somebody's clock does not jump to and fro: what he may be told by day would come by night, or never."""


@cache
def _zones() -> frozenset[str]:
    return frozenset(name for name in available_timezones() if "/" in name) | {"UTC"}


def check_zone(name: str) -> None:
    """Refuse what is no place's clock in the IANA database. Raises `ZoneUnknown`."""
    if name not in _zones():
        raise ZoneUnknown


def check_zone_change(changed_at: datetime | None, now: datetime) -> None:
    """Refuse to change a zone that was changed lately. Raises `ZoneChangedLately`."""
    if changed_at is not None and now < changed_at + ZONE_HOLDS:
        raise ZoneChangedLately(again_at=changed_at + ZONE_HOLDS)


def check_quiet_hours(quiet: QuietHours) -> None:
    """Refuse quiet hours that begin when they end, or leave no time. Raises `QuietHoursEmpty`, `QuietHoursTooLong`."""
    if quiet.from_ == quiet.to:
        raise QuietHoursEmpty
    minutes = range(minute_of(DAYTIME[0]), minute_of(DAYTIME[1]))
    if sum(not quiet.covers(at_minute(minute)) for minute in minutes) < FREE_MINUTES:
        raise QuietHoursTooLong(free_minutes=FREE_MINUTES)


def minute_of(clock: time) -> int:
    """Count the minutes of the day."""
    return clock.hour * 60 + clock.minute


def at_minute(minute: int) -> time:
    """Give the time of day at a minute of it."""
    return time(*divmod(minute, 60))


def is_open(message_class: MessageClass, local: datetime, quiet: QuietHours) -> bool:
    """Say whether somebody may be told at this time on his own clock."""
    if message_class in _AT_ANY_TIME:
        return True
    clock = local.timetz().replace(tzinfo=None)
    first, last = _WINDOWS.get(message_class, (time.min, time.max))
    return first <= clock < last and not quiet.covers(clock)


def next_open(message_class: MessageClass, now: datetime, zone: ZoneInfo, quiet: QuietHours) -> datetime:
    """Give the first moment from `now` on at which he may be told, in UTC as `now` is.

    An hour that a clock skips, or shows twice, counts as the clock shows it.
    """
    local = now.astimezone(zone)
    if is_open(message_class, local, quiet):
        return now
    first, _ = _WINDOWS.get(message_class, (time.min, time.max))
    starts = sorted(
        _moment(local.date() + timedelta(days=day), clock, zone) for day in range(3) for clock in (first, quiet.to)
    )
    return next(
        moment.astimezone(now.tzinfo)
        for moment in starts
        if moment > now and is_open(message_class, moment.astimezone(zone), quiet)
    )


def next_closed(message_class: MessageClass, now: datetime, zone: ZoneInfo, quiet: QuietHours) -> datetime | None:
    """Give the first moment after `now`, at which he may be told, when he may not any more; None if there is none."""
    if message_class in _AT_ANY_TIME:
        return None
    local = now.astimezone(zone)
    last = {end for kind, (_, end) in _WINDOWS.items() if kind is message_class}
    ends = sorted(
        _moment(local.date() + timedelta(days=day), clock, zone) for day in range(3) for clock in {quiet.from_, *last}
    )
    return next(
        moment.astimezone(now.tzinfo)
        for moment in ends
        if moment > now and not is_open(message_class, moment.astimezone(zone), quiet)
    )


def _moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(ZoneInfo("UTC"))


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Give the moment at which a day is over on his clock."""
    return _moment(day + timedelta(days=1), time.min, zone)
