"""The clocks of a case: what we promise in business time, and what the law says in days.

All of them are read off what happened to the case, so that whatever changes later (a priority, the calendar, another
case that is merged into it) gives what it would have given from the beginning.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from rules.service.business_time import BusinessTime
from rules.service.cases import CaseKind, CasePriority

MARKS = (50, 80, 100)
"""At so many hundredths of its time somebody is warned of a clock; at the last it has run out."""
ESCALATED_AT = 80
"""From this mark on a manager looks after it."""


class CaseClockKind(StrEnum):
    """What a clock measures."""

    FIRST_REPLY = "FIRST_REPLY"
    """Until a person has said something to the customer, in business time."""
    RESOLUTION = "RESOLUTION"
    """Until it is answered, in business time; it stands still while we wait for the customer."""
    LEGAL = "LEGAL"
    """Until a complaint is answered, in days, by law; it never stands still."""
    REVIEW = "REVIEW"
    """Until the unit above has answered, in days."""


class DayKind(StrEnum):
    """Which days the law counts."""

    CALENDAR = "CALENDAR"
    """Every day."""
    BUSINESS = "BUSINESS"
    """Business days."""


@dataclass(frozen=True)
class LegalTerms:
    """By when complaints are answered by law, in days after the day on which they reached us."""

    days: int
    complex_days: int
    """Where the matter is complex."""
    extension_days: int
    """More, once, in exceptional cases, with approval, and once the customer was told."""
    review_days: int
    """From when a review is asked for."""


CHINA = LegalTerms(days=15, complex_days=30, extension_days=30, review_days=30)
"""银行业保险业消费投诉处理管理办法 of 2020: 60 days at most. The days of a review, and that all are calendar days, from memory [M]."""


@dataclass(frozen=True)
class Targets:
    """What we promise, in business time."""

    first_reply: timedelta
    resolution: timedelta


def _hours(first_reply: int, resolution: int) -> Targets:
    return Targets(timedelta(hours=first_reply), timedelta(hours=resolution))


TARGETS = {
    CasePriority.P1: _hours(1, 14),
    CasePriority.P2: _hours(4, 35),
    CasePriority.P3: _hours(8, 56),
    CasePriority.P4: _hours(16, 70),
}
"""Until managers have decided otherwise. A business day has seven hours: two, five, eight and ten of them."""


class Happening(StrEnum):
    """What moves a clock."""

    OPENED = "OPENED"
    """The case reached us; with targets and, for a complaint, the days of the law."""
    REPLIED = "REPLIED"
    """A person said something to the customer."""
    WAITS = "WAITS"
    """We asked the customer something."""
    GOES_ON = "GOES_ON"
    """He answered, or we go on without."""
    RETARGETED = "RETARGETED"
    """Other targets hold, from its beginning on."""
    RESCHEDULED = "RESCHEDULED"
    """The law gives so many days in all."""
    JOINED = "JOINED"
    """A case that reached us at another time is part of it."""
    ENDED = "ENDED"
    """It was answered, withdrawn, or became part of another."""
    REOPENED = "REOPENED"
    """It goes on after all; with targets and days anew."""
    REVIEW_ASKED = "REVIEW_ASKED"
    """The unit above is asked; with days."""
    REVIEWED = "REVIEWED"
    """The unit above has answered."""


@dataclass(frozen=True, kw_only=True)
class Happened:
    """One thing that happened, and what it brought for clocks."""

    what: Happening
    at: datetime
    targets: Targets | None = None
    days: int | None = None
    since: datetime | None = None
    """Since when the clocks of what joins it run."""
    until: datetime | None = None
    """By when the law has what joins it answered; None for a request."""


@dataclass(frozen=True, kw_only=True)
class Clock:
    """A clock as it stands."""

    kind: CaseClockKind
    round: int
    """1; 2 after the case was reopened once."""
    started_at: datetime
    marks: tuple[datetime | None, ...]
    """When each of `MARKS` is reached, or would have been; None while it stands still before."""
    ended_at: datetime | None

    @property
    def due_at(self) -> datetime | None:
        """Until when it runs; None while it stands still."""
        return self.marks[-1]

    @property
    def is_late(self) -> bool:
        """Whether it had run out before it ended."""
        return self.ended_at is not None and self.due_at is not None and self.ended_at > self.due_at


@dataclass
class _Wound:
    """A clock that is being read."""

    kind: CaseClockKind
    round: int
    started_at: datetime
    target: timedelta | None = None
    days: int | None = None
    until: datetime | None = None
    """By when what joined it is to be answered, where that is sooner."""
    pauses: list[datetime] = field(default_factory=list)
    """When it stopped, went on, stopped, and so on."""
    ended_at: datetime | None = None

    def runs(self) -> Iterator[tuple[datetime, datetime | None]]:
        """Give from when until when it ran; the last one has no end where it ran on."""
        turns: list[datetime | None] = [self.started_at, *self.pauses]
        if len(turns) % 2:
            turns.append(None)
        for start, end in zip(turns[::2], turns[1::2], strict=True):
            assert start is not None, "a run begins"
            yield start, end


def clocks_of(kind: CaseKind, happened: Sequence[Happened], times: BusinessTime, day_kind: DayKind) -> list[Clock]:
    """Read the clocks off what happened, in the order in which it did; those of the first round first."""
    wound: list[_Wound] = []
    for each in happened:
        wound += _take(kind, each, wound)
    return [_read(each, times, day_kind) for each in wound]


def _take(kind: CaseKind, each: Happened, wound: Sequence[_Wound]) -> list[_Wound]:
    """Let something happen to the clocks that run; gives those that begin with it."""
    running = [clock for clock in wound if clock.ended_at is None]
    match each.what:
        case Happening.OPENED | Happening.REOPENED:
            return _begin(kind, each, 1 + max((clock.round for clock in wound), default=0))
        case Happening.REVIEW_ASKED:
            last = max(clock.round for clock in wound)
            return [_Wound(CaseClockKind.REVIEW, last, each.at, days=each.days)]
        case Happening.JOINED:
            _join(each, running)
        case Happening.RETARGETED | Happening.RESCHEDULED:
            _retarget(each, running)
        case Happening.WAITS | Happening.GOES_ON:
            for clock in running:
                if clock.kind is CaseClockKind.RESOLUTION and len(clock.pauses) % 2 == (each.what is Happening.GOES_ON):
                    clock.pauses.append(each.at)
        case Happening.REPLIED | Happening.REVIEWED | Happening.ENDED:
            for clock in running:
                if clock.kind in _ENDED_BY[each.what]:
                    clock.ended_at = each.at
    return []


_ENDED_BY = {
    Happening.REPLIED: frozenset({CaseClockKind.FIRST_REPLY}),
    Happening.REVIEWED: frozenset({CaseClockKind.REVIEW}),
    Happening.ENDED: frozenset(CaseClockKind),
}


def _begin(kind: CaseKind, each: Happened, round: int) -> list[_Wound]:
    assert each.targets is not None, "every case has its targets"
    begun = [
        _Wound(CaseClockKind.FIRST_REPLY, round, each.at, target=each.targets.first_reply),
        _Wound(CaseClockKind.RESOLUTION, round, each.at, target=each.targets.resolution),
    ]
    if kind is CaseKind.COMPLAINT:
        begun.append(_Wound(CaseClockKind.LEGAL, round, each.at, days=each.days))
    return begun


def _join(each: Happened, running: Sequence[_Wound]) -> None:
    """Let clocks run as if what joins had been there from its beginning; what the law gave for either of them stays."""
    assert each.since is not None, "what joins has a beginning"
    for clock in running:
        if clock.days is None:
            clock.started_at = min(clock.started_at, each.since)
        elif each.until is not None:
            clock.until = each.until if clock.until is None else min(clock.until, each.until)
    _retarget(each, running)


def _retarget(each: Happened, running: Sequence[_Wound]) -> None:
    for clock in running:
        if each.targets is not None and clock.kind is CaseClockKind.FIRST_REPLY:
            clock.target = each.targets.first_reply
        if each.targets is not None and clock.kind is CaseClockKind.RESOLUTION:
            clock.target = each.targets.resolution
        if each.days is not None and clock.kind is CaseClockKind.LEGAL:
            assert clock.days is not None, "the law counts days"
            if clock.until is not None:
                clock.until += timedelta(days=each.days - clock.days)
            clock.days = each.days


def _read(wound: _Wound, times: BusinessTime, day_kind: DayKind) -> Clock:
    if wound.days is not None:
        due = times.end_of(_last_day(times, times.day_of(wound.started_at), wound.days, day_kind))
        due = due if wound.until is None else min(due, wound.until)
        whole = due - wound.started_at
        marks: list[datetime | None] = [wound.started_at + whole * mark / 100 for mark in MARKS]
    else:
        assert wound.target is not None, "a clock has days or a target"
        marks = [_moment(wound, times, wound.target * mark / 100) for mark in MARKS]
    return Clock(
        kind=wound.kind,
        round=wound.round,
        started_at=wound.started_at,
        marks=tuple(marks),
        ended_at=wound.ended_at,
    )


def _moment(wound: _Wound, times: BusinessTime, of: timedelta) -> datetime | None:
    """Give when so much of its time had passed, or will have; None where it does not by itself."""
    left = of
    for start, end in wound.runs():
        ran = None if end is None else times.elapsed(start, end)
        if ran is None or ran >= left:
            return times.after(start, left)
        left -= ran
    return None


def _last_day(times: BusinessTime, first: date, days: int, kind: DayKind) -> date:
    """Give the last day on which it is in time, counted from the day after the first."""
    if kind is DayKind.CALENDAR:
        return first + timedelta(days=days)
    day = first
    for _ in range(days):
        day = times.calendar.next_business_day(day + timedelta(days=1))
    return day
