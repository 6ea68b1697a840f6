"""What is to be written of a loan so that its rows and its books say what its ledger does.

Installments, allocations, the loan's figures and points are projections of the ledger; the books get the difference
between what it says and what they hold.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from models.database.handwritten import Statement, Values, as_rows
from models.loans import replays as sql
from models.loans.stored import Stored
from resolvers.books import journal
from resolvers.loans import earnings
from resolvers.loyalty.moves import Moves
from rules.books.accounts import AccountCode
from rules.loans import standings, statements
from rules.loans.events import LAST, Event
from rules.loans.ledger import Ledger
from rules.loans.ledger_lines import LedgerLine
from rules.loans.states import LOAN_MOVES, LoanStatus
from rules.money import ZERO, exactly, from_cents, to_cents, to_millionths
from rules.people.access import Role
from rules.products.fees import fees_waived
from rules.products.kinds import DueComponent
from rules.products.repricing import next_repricing_on

_MONEY_ACCOUNTS = (
    AccountCode.CASH,
    AccountCode.SUSPENSE,
    AccountCode.REFINANCING,
    AccountCode.REWARDS_EXPENSE,
    AccountCode.REDRESS_EXPENSE,
)
"""Where money for a loan can come from or go to, a voucher's among them: all of it is what the ledger calls cash."""

Moved = Mapping[AccountCode, Decimal]
"""Which accounts money came into (debits, positive) or went out of; the rest of what moves does so in `CASH`."""

NOTHING: Moved = {}

Row = dict[str, Any]


ROWS = ("lines", "gone_lines", "splits", "gone_splits", "standings", "stated", "entries", "postings", "changes")
"""The rows of `Rebooked`, by the names under which the statements take them."""


@dataclass
class Rebooked:
    """What is to be written so that rows and books say what the ledgers do; of one loan or of many."""

    lines: list[Row] = field(default_factory=list)
    gone_lines: list[Row] = field(default_factory=list)
    splits: list[Row] = field(default_factory=list)
    gone_splits: list[Row] = field(default_factory=list)
    standings: list[Row] = field(default_factory=list)
    stated: list[Row] = field(default_factory=list)
    """Statements."""
    entries: list[Row] = field(default_factory=list)
    postings: list[Row] = field(default_factory=list)
    points: Moves = field(default_factory=Moves)
    changes: list[Row] = field(default_factory=list)
    """Changes of rate that the day brings."""

    def add(self, other: "Rebooked") -> None:
        """Take in what is to be written for another loan."""
        for name in ROWS:
            getattr(self, name).extend(getattr(other, name))
        self.points.add(other.points)

    @property
    def earned(self) -> int:
        """Points, less those taken back."""
        return sum(moved["spendable"] + moved["pending"] for moved in self.points.moved)

    def statements(self) -> list[Statement]:
        """Give the statements that write it."""
        wanted = (
            (self.changes, [sql.RATE_CHANGES]),
            (self.lines, [sql.INSTALLMENTS]),
            (self.gone_lines, [sql.NO_INSTALLMENTS]),
            (self.splits, [sql.ALLOCATIONS]),
            (self.gone_splits, [sql.NO_ALLOCATIONS]),
            (self.standings, [sql.LOANS]),
            (self.stated, [sql.STATEMENTS]),
            (self.entries, [sql.BOOKED, sql.BOOKED_POSTINGS]),
        )
        return [
            *(statement for rows, statements in wanted if rows for statement in statements),
            *self.points.statements(),
        ]

    def values(self) -> Values:
        """Give the values that the statements name."""
        return {
            "event_id": None,
            "repayment_id": None,
            **{name: as_rows(getattr(self, name)) for name in ROWS},
            **self.points.values(),
        }


async def rebook(
    stored: Stored,
    ledger: Ledger,
    today: date,
    *,
    role: Role,
    source: str | None,
    moved: Moved = NOTHING,
) -> Rebooked:
    """Say what is to be written so that rows and books say what the ledger does; the loan at hand is changed along.

    `source` names the entry in the books, None for that of the repayment or event that is being written. Raises
    `NotPossibleNow` where the loan's status may not move so.
    """
    rebooked = Rebooked()
    with exactly():
        _rebook_lines(stored, ledger, today, rebooked)
        _rebook_splits(stored, ledger, rebooked)
        _rebook_standing(stored, ledger, today, role, rebooked)
        _state(stored, ledger, today, rebooked)
        conduct = earnings.conduct_of(stored, ledger, lines_of(ledger, today).values(), moved.keys())
        earnings.reward(stored, conduct, today, rebooked.points)
    posted = _due_postings(stored, ledger, moved)
    if posted:
        await _post(stored, posted, source, rebooked)
    return rebooked


def differences(stored: Stored, ledger: Ledger) -> list[str]:
    """Name what is kept of a loan otherwise than a ledger says. Raises `NotPossibleNow`."""
    rebooked = Rebooked()
    with exactly():
        _rebook_lines(stored, ledger, ledger.as_of, rebooked)
        _rebook_splits(stored, ledger, rebooked)
        _rebook_standing(stored, ledger, ledger.as_of, Role.MANAGER, rebooked)
        conduct = earnings.conduct_of(stored, ledger, lines_of(ledger, ledger.as_of).values())
        earnings.reward(stored, conduct, ledger.as_of, rebooked.points)
    found = {
        "installments": rebooked.lines or rebooked.gone_lines,
        "allocations": rebooked.splits or rebooked.gone_splits,
        "figures": rebooked.standings,
        "books": _due_postings(stored, ledger, NOTHING),
        "points": rebooked.points.moved,
        "waived fees": fees_waived(ledger.terms.fees, ledger.borrowed) != stored.loan.fees_waived,
    }
    return [name for name, differs in found.items() if differs]


def rate_changes(stored: Stored, events: Iterable[Event]) -> list[Row]:
    """Give the rows of changes of rate."""
    return [
        {
            **_owner(stored),
            "value_on": event.on,
            "annual_rate": to_millionths(event.annual_rate or ZERO),
        }
        for event in events
    ]


def _owner(stored: Stored) -> Row:
    loan = stored.loan
    return {"loan_id": loan.id, "customer_id": loan.customer_id, "currency": loan.currency}


def _rebook_lines(stored: Stored, ledger: Ledger, today: date, rebooked: Rebooked) -> None:
    wanted = lines_of(ledger, today)
    for number, row in wanted.items():
        if row != stored.installments.get(number):
            rebooked.lines.append({**_owner(stored), **dict(zip(sql.INSTALLMENT, row, strict=True))})
    for number in stored.installments.keys() - wanted.keys():
        rebooked.gone_lines.append({"loan_id": stored.loan.id, "number": number})


def lines_of(ledger: Ledger, today: date) -> dict[int, tuple[Any, ...]]:
    """Give the installments' rows by number."""
    return {line.period.number: _line(line, ledger, today) for line in ledger.lines if not line.is_empty}


_UNTOUCHED = (0,) * 5
"""No penalty, and nothing paid of the four."""


def _line(line: LedgerLine, ledger: Ledger, today: date) -> tuple[Any, ...]:
    """Give an installment's row, as `INSTALLMENT` says."""
    period, paid = line.period, line.paid
    days = (period.starts_on, period.ends_on, period.due_on)
    if not line.is_touched and today <= period.due_on:  # Nothing has happened to it, as to most lines.
        cents = (to_cents(line.principal), to_cents(line.interest), to_cents(line.costs))
        return period.number, *(day.isoformat() for day in days), *cents, *_UNTOUCHED, any(cents), None
    penalty = max(line.penalty(ledger.annual_rate, today), paid[DueComponent.PENALTY])
    asked = (line.principal, line.interest, line.costs, penalty)
    order = (DueComponent.PRINCIPAL, DueComponent.INTEREST, DueComponent.COSTS, DueComponent.PENALTY)
    is_open = any(each > paid[component] for each, component in zip(asked, order, strict=True))
    return (
        period.number,
        *(day.isoformat() for day in days),
        *map(to_cents, asked),
        *(to_cents(paid[component]) for component in order),
        is_open,
        None if is_open or line.paid_on is None else line.paid_on.isoformat(),
    )


def _rebook_splits(stored: Stored, ledger: Ledger, rebooked: Rebooked) -> None:
    repayments = {row["id"]: row["repayment_id"] for row in stored.events}
    wanted = _splits(ledger)
    for (number, on), row in wanted.items():
        if stored.allocations.get((number, on)) != row:
            split = dict(zip(sql.ALLOCATION, row, strict=True))
            split["event_number"] = None if number == LAST else number
            rebooked.splits.append({**_owner(stored), "repayment_id": repayments.get(number), **split})
    for number, on in stored.allocations.keys() - wanted.keys():
        rebooked.gone_splits.append({"loan_id": stored.loan.id, "event_number": number, "value_on": on})


def _splits(ledger: Ledger) -> dict[tuple[int, str], tuple[Any, ...]]:
    """Give the allocations' rows, as `ALLOCATION` says; 0 is the event of kept credit."""
    sums: dict[tuple[int, str], list[Decimal]] = {}
    for part in ledger.booked:
        amounts = (part.costs, part.penalty, part.interest, part.principal, part.credit)
        kept = sums.setdefault((part.event or 0, part.on.isoformat()), [ZERO] * 5)
        kept[:] = [before + amount for before, amount in zip(kept, amounts, strict=True)]
    return {key: (*key, *map(to_cents, amounts)) for key, amounts in sums.items() if any(amounts)}


def _rebook_standing(stored: Stored, ledger: Ledger, today: date, role: Role, rebooked: Rebooked) -> None:
    loan = stored.loan
    before = (_standing(stored), loan.status)
    waiting = standings.waiting(ledger, today)
    status = standings.status_of(ledger, waiting)
    if status is not loan.status:
        LOAN_MOVES.check(loan.status, status, role)
    loan.status, loan.is_open = status, status is LoanStatus.ACTIVE
    loan.principal, loan.outstanding, loan.credit = ledger.lent, ledger.outstanding, ledger.credit
    loan.current_rate = ledger.annual_rate
    loan.days_past_due = standings.days_past_due(waiting, today)
    loan.next_action_on = _next_action_on(stored, ledger, standings.next_action_on(ledger, waiting, today), today)
    if (_standing(stored), loan.status) != before:
        rebooked.standings.append(_standing(stored))


def _next_action_on(stored: Stored, ledger: Ledger, day: date | None, today: date) -> date | None:
    """Give the day on which something is to be done next: that of the loan, its next repricing or statement."""
    version = stored.version
    if day is None or stored.loan.opened_on is None:
        return day
    days = [day, statements.next_statement_on(ledger, version.statement_days, today)]
    if version.repricing is not None:
        days.append(next_repricing_on(version.repricing, stored.rate_points, stored.loan.opened_on, today))
    return min(each for each in days if each is not None)


def _state(stored: Stored, ledger: Ledger, today: date, rebooked: Rebooked) -> None:
    """Write down the statements whose day has come, while the loan is to be repaid."""
    if stored.loan.status is not LoanStatus.ACTIVE:
        return
    for due in statements.statements(ledger, stored.version.statement_days, stored.stated_on, today):
        parts = (due.costs, due.penalty, due.interest, due.principal)
        amounts = (*parts, due.credit, sum(parts, ZERO) - due.credit)
        row = (due.number, due.due_on.isoformat(), *map(to_cents, amounts))
        rebooked.stated.append({**_owner(stored), **dict(zip(sql.STATEMENT, row, strict=True))})


def _standing(stored: Stored) -> Row:
    loan = stored.loan
    return {
        "loan_id": loan.id,
        "principal": to_cents(loan.principal),
        "outstanding": to_cents(loan.outstanding),
        "credit": to_cents(loan.credit),
        "current_rate": to_millionths(loan.current_rate),
        "status": loan.status,
        "is_open": loan.is_open,
        "next_action_on": loan.next_action_on,
        "days_past_due": loan.days_past_due,
    }


def balances_of(ledger: Ledger) -> dict[AccountCode, int]:
    """Give what the books have to say of a loan, in cents by account."""
    sums: dict[AccountCode, Decimal] = {}
    for entry in ledger.entries:
        for code, amount in entry.amounts.items():
            sums[code] = sums.get(code, ZERO) + amount
    return {code: to_cents(amount) for code, amount in sums.items()}


def _due_postings(stored: Stored, ledger: Ledger, moved: Moved) -> dict[AccountCode, int]:
    """Give what has to be posted, in cents by account, so that the books say what the ledger does."""
    wanted = balances_of(ledger)
    kept = dict(stored.balances)
    received = sum(kept.pop(code, 0) for code in _MONEY_ACCOUNTS)
    posted = {code: to_cents(amount) for code, amount in moved.items()}
    rest = wanted.pop(AccountCode.CASH, 0) - received - sum(posted.values())
    posted[AccountCode.CASH] = posted.get(AccountCode.CASH, 0) + rest
    posted |= {code: wanted.get(code, 0) - kept.get(code, 0) for code in AccountCode if code in wanted | kept}
    return {code: cents for code, cents in posted.items() if cents}


async def _post(stored: Stored, posted: dict[AccountCode, int], source: str | None, rebooked: Rebooked) -> None:
    loan, ids = stored.loan, stored.accounts
    journal.balanced({code: from_cents(cents) for code, cents in posted.items()})
    if not posted.keys() <= ids.keys():  # Once for each currency and account: here more statements are taken.
        opened = await journal.accounts_of(loan.currency, posted)
        ids = {code: account.id for code, account in opened.items()}
    rebooked.entries.append({"source": source, "loan_id": loan.id, "customer_id": loan.customer_id})
    rebooked.postings += [
        {"source": source, "account_id": ids[code], "amount": cents, "currency": loan.currency}
        for code, cents in posted.items()
    ]
