"""Changes of a schedule that lender and customer agree on while the loan runs."""

from dataclasses import replace

from rules.loans.events import ChangeNotPossible, Event, LoanEventKind
from rules.products.kinds import Frequency, RepaymentMethod
from rules.products.schedules import DueDayChange, ScheduleTerms


def agreed(schedule: ScheduleTerms, event: Event, current: int) -> ScheduleTerms:
    """Give a schedule as it is agreed anew; `current` is the number of the period that runs.

    Extension: so many periods more. Holiday: the next periods, the one that runs first, ask for nothing, and as many
    are added. Due day: from the period after the one that runs, so that that period stays as it is and the next is
    shorter or longer. Raises `ChangeNotPossible`.
    """
    method = schedule.method
    if method is RepaymentMethod.IRREGULAR:
        raise ChangeNotPossible(event.number)
    match event.kind:
        case LoanEventKind.EXTENSION:
            assert event.periods is not None
            return replace(schedule, term=schedule.term + event.periods)
        case LoanEventKind.HOLIDAY:
            assert event.periods is not None
            if method is RepaymentMethod.BULLET:
                raise ChangeNotPossible(event.number)
            free = range(current, current + event.periods)
            return replace(
                schedule, term=schedule.term + event.periods, asks_nothing=schedule.asks_nothing | frozenset(free)
            )
    assert event.kind is LoanEventKind.DUE_DAY
    assert event.due_day is not None
    if schedule.frequency is not Frequency.MONTHLY or method is RepaymentMethod.BULLET:
        raise ChangeNotPossible(event.number)
    kept = [change for change in schedule.due_day_changes if change.from_number <= current]
    return replace(schedule, due_day_changes=(*kept, DueDayChange(current + 1, event.due_day)))
