"""Changes of a loan that one person proposes and another decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from rules.errors import Refused
from rules.loans.events import (
    LAST,
    ChangeNotPossible,
    Event,
    EventIncomplete,
    LoanEventKind,
    NoLinesLeft,
    standing,
)
from rules.loans.ledger import Ledger, replay
from rules.loans.terms import LoanTerms
from rules.money import CENT, Money, is_whole_cents
from rules.people.access import CUSTOMERS, MANAGERS
from rules.products.quotes import AmountOutOfRange
from rules.states import Move, StateMachine


class ChangeKind(StrEnum):
    """What is to change."""

    WRITE_OFF = "WRITE_OFF"
    """What is still owed is no longer expected, and leaves the books; it stays owed."""
    EXTENSION = "EXTENSION"
    """It runs for some periods more."""
    HOLIDAY = "HOLIDAY"
    """The next periods ask for nothing, and as many are added."""
    CAPITALISATION = "CAPITALISATION"
    """Interest that is due or has accrued becomes principal, and what is overdue is spread anew."""
    DUE_DAY = "DUE_DAY"
    """Installments fall due on another day of the month."""
    WAIVER = "WAIVER"
    """Penalty interest that has run is not asked for."""
    DISCOUNT = "DISCOUNT"
    """A lower contract rate."""
    TRANCHE = "TRANCHE"
    """More is lent on the same terms, and paid out to the borrower."""


class ChangeStatus(StrEnum):
    """Where a proposed change stands."""

    PROPOSED = "PROPOSED"
    """Waiting for somebody else to decide it."""
    APPROVED = "APPROVED"
    """Decided; a write-off or a waiver is made with that, any other change once the customer accepts it."""
    DECLINED = "DECLINED"
    """Decided against; nothing changed."""
    ACCEPTED = "ACCEPTED"
    """The customer accepted it, and it is made; more money is lent from the day on which it is paid out."""
    REFUSED = "REFUSED"
    """The customer did not want it; nothing changed."""


CHANGE_MOVES = StateMachine(
    ChangeStatus.PROPOSED,
    (
        Move(ChangeStatus.PROPOSED, ChangeStatus.APPROVED, MANAGERS, "approve"),
        Move(ChangeStatus.PROPOSED, ChangeStatus.DECLINED, MANAGERS, "decline"),
        Move(ChangeStatus.APPROVED, ChangeStatus.ACCEPTED, CUSTOMERS, "accept"),
        Move(ChangeStatus.APPROVED, ChangeStatus.REFUSED, CUSTOMERS, "refuse"),
    ),
)


AGREED = {
    ChangeKind.EXTENSION: LoanEventKind.EXTENSION,
    ChangeKind.HOLIDAY: LoanEventKind.HOLIDAY,
    ChangeKind.CAPITALISATION: LoanEventKind.CAPITALISATION,
    ChangeKind.DUE_DAY: LoanEventKind.DUE_DAY,
    ChangeKind.DISCOUNT: LoanEventKind.RATE_CHANGE,
    ChangeKind.WAIVER: LoanEventKind.WAIVER,
    ChangeKind.TRANCHE: LoanEventKind.TRANCHE,
}
"""What happens to a loan once a change is made."""
AT_ONCE = frozenset({ChangeKind.WAIVER})
"""Made when they are approved: the customer loses nothing by them."""
LONGEST = {ChangeKind.HOLIDAY: 12, ChangeKind.EXTENSION: 60}
"""In periods, all that were agreed together: what is put off for longer is not repaid in any time that helps; our own bounds."""
_TERMS = {
    ChangeKind.EXTENSION: "periods",
    ChangeKind.HOLIDAY: "periods",
    ChangeKind.DUE_DAY: "due_day",
    ChangeKind.DISCOUNT: "annual_rate",
    ChangeKind.TRANCHE: "amount",
}
"""The one term that each kind takes; the others take none."""
ACCEPTABLE_DAYS = 30
"""For so many days after its approval a change can be accepted."""


@dataclass(frozen=True)
class ChangeTerms:
    """What exactly is to change."""

    kind: ChangeKind
    periods: int | None = None
    """Of an extension or a holiday."""
    due_day: int | None = None
    """The new day of the month."""
    annual_rate: Decimal | None = None
    """The new contract rate."""
    amount: Decimal | None = None
    """Of a tranche."""

    def event(self, on: date) -> Event:
        """Give it as something that happens to the loan."""
        return Event(
            LAST,
            on,
            AGREED[self.kind],
            amount=self.amount,
            annual_rate=self.annual_rate,
            periods=self.periods,
            due_day=self.due_day,
        )


def check_change(loan: LoanTerms, events: Sequence[Event], change: ChangeTerms, today: date) -> Ledger:
    """Let a change pass that can be made of a loan today; gives the loan as it would be. Raises `ChangeNotAllowed`."""
    given = {name for name, value in vars(change).items() if value is not None}
    if given - {"kind", _TERMS.get(change.kind)}:  # Who accepts it would believe the rest, too.
        raise ChangeNotAllowed
    before = replay(loan, events, today)
    is_lower = change.annual_rate is not None and 0 <= change.annual_rate < before.annual_rate
    is_idle = change.kind is ChangeKind.WAIVER and not before.due(today).penalty
    if change.kind not in AGREED or (change.kind is ChangeKind.DISCOUNT and not is_lower) or is_idle:
        raise ChangeNotAllowed
    try:
        return replay(loan, [*events, change.event(today)], today)
    except (EventIncomplete, NoLinesLeft, ChangeNotPossible):
        raise ChangeNotAllowed from None


def check_length(events: Sequence[Event], change: ChangeTerms, today: date) -> None:
    """Raise `PlanTooLong` for a change that, with those before it, puts off repaying beyond any time that helps."""
    longest = LONGEST.get(change.kind)
    if longest is None or change.periods is None:
        return
    agreed = sum(each.periods or 0 for each in standing(events, today) if each.kind is AGREED[change.kind])
    if agreed + change.periods > longest:
        raise PlanTooLong(maximum=max(longest - agreed, 0))


def check_lends_more(principal: Decimal, amount: Decimal | None, maximum: Decimal, currency: str) -> None:
    """Let a tranche pass with which no more is lent in all than a product allows.

    Raises `ChangeNotAllowed` without an amount, `AmountOutOfRange`.
    """
    if amount is None:
        raise ChangeNotAllowed
    left = maximum - principal
    if left < CENT:
        raise ChangeNotAllowed
    if not is_whole_cents(amount) or not CENT <= amount <= left:
        raise AmountOutOfRange(Money(CENT, currency), Money(left, currency))


@dataclass(eq=False)
class ChangeNotAllowed(Refused):
    """This loan cannot be changed so: something is missing, nothing is left to change, or its schedule does not allow it."""

    code = "CHANGE_NOT_ALLOWED"
    path = ("kind",)


@dataclass(eq=False)
class PlanTooLong(Refused):
    """This puts off repaying for so long that it never comes to it. Propose fewer periods."""

    code = "PLAN_TOO_LONG"
    path = ("periods",)
    maximum: int
    """How many more it can have."""


@dataclass(eq=False)
class AlreadyProposed(Refused):
    """The same change of this loan waits for its decision, or for the customer, already."""

    code = "ALREADY_PROPOSED"
