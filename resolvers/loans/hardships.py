"""Help when paying becomes difficult: what there is, asking for it, and the plan that is agreed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tortoise.connection import get_connection

from models import HardshipRequest, Loan, Viewer
from models.database import locked, transaction
from models.loans import bookings as sql
from models.loans.stored import Stored
from notifications import outbox, words
from notifications.loans.hardships import HelpAsked, HelpAskedAgain, HelpDeclined
from resolvers.loans import agreements, changes, repayments, replays
from resolvers.loans.changes import move_request
from resolvers.loans.contact_limits import was_no_way
from resolvers.loans.own_affairs import check_not_party
from rules.errors import NotFound
from rules.loans.changes import ChangeKind, ChangeNotAllowed, ChangeStatus, ChangeTerms, PlanTooLong
from rules.loans.hardships import HARDSHIP_MOVES, WAITING, AlreadyAsked, HardshipStatus, Situation
from rules.loans.loan_positions import position_of
from rules.loans.numbers import loan_number
from rules.loans.states import OWED, SETTLED, LoanStatus
from rules.money import Money
from rules.people.access import Role
from rules.states import NotPossibleNow

_PERIODS = {ChangeKind.HOLIDAY: (1, 2, 3), ChangeKind.EXTENSION: (3, 6, 12)}


@dataclass(frozen=True)
class HelpOption:
    """A way that can be asked for, and what the loan would be like."""

    kind: ChangeKind
    periods: int | None
    next_due_on: date | None
    """None where nothing would be left to pay."""
    next_installment: Money | None
    last_due_on: date | None


@dataclass(frozen=True)
class HelpOptions:
    """The help there is."""

    words: str
    """What to know first, in the viewer's language."""
    options: tuple[HelpOption, ...]


async def help_options(viewer: Viewer, *, loan_id: int) -> HelpOptions:
    """Show the help there is for a loan; a promise of none. Raises `NotFound`, also to a guarantor."""
    stored = await sql.seen(get_connection("default"), viewer, loan_id)
    can = stored.loan.status is LoanStatus.ACTIVE
    options = tuple(_options(stored, viewer.today)) if can else ()
    key = "help.words_again" if await was_no_way(loan_id, viewer.now) else "help.words"
    return HelpOptions(words.say(key, viewer.locale), options)


def _options(stored: Stored, today: date) -> Iterator[HelpOption]:
    ways = [ChangeTerms(kind, periods) for kind, counts in _PERIODS.items() for periods in counts]
    for terms in [*ways, ChangeTerms(ChangeKind.CAPITALISATION)]:
        try:
            position = position_of(agreements.proposed(stored, terms, today), today)
        except (ChangeNotAllowed, PlanTooLong):
            continue
        coming = [line for line in position.lines if line.due_on >= today and line.total > 0]
        yield HelpOption(
            kind=terms.kind,
            periods=terms.periods,
            next_due_on=coming[0].due_on if coming else None,
            next_installment=Money(coming[0].total, stored.loan.currency) if coming else None,
            last_due_on=coming[-1].due_on if coming else None,
        )


async def ask_for_help(
    viewer: Viewer, *, loan_id: int, situation: Situation, words: str = "", wants_call: bool = False
) -> HardshipRequest:
    """Ask for help, at any hour. Raises `NotFound` (also to a guarantor), `NotPossibleNow`, `AlreadyAsked`."""
    async with transaction(viewer, "ask_for_help") as unit:
        loan = await locked(Loan, viewer, loan_id)
        await repayments.check_pays(viewer, loan)
        if loan.status not in OWED:
            raise NotPossibleNow(current=loan.status)
        if await HardshipRequest.exists(loan_id=loan.id, status__in=list(WAITING)):
            raise AlreadyAsked
        unit.subject = request = await HardshipRequest.create(
            loan_id=loan.id,
            customer_id=loan.customer_id,
            asked_by_id=viewer.customer_id,
            situation=situation,
            words=words,
            wants_call=wants_call,
            status=HardshipStatus.OPEN,
        )
        number = loan_number(loan.id, loan.created_at)
        assert viewer.customer_id is not None, "customers ask"
        told = HelpAskedAgain if await was_no_way(loan.id, unit.now) else HelpAsked
        await outbox.record(told(customer_id=viewer.customer_id, loan_id=loan.id, number=number))
        return request


async def withdraw_help(viewer: Viewer, *, request_id: int) -> HardshipRequest:
    """Say that no help is needed any more; a plan that is proposed can still be accepted.

    Raises `NotFound` to everybody but who asked, `NotPossibleNow`.
    """
    async with transaction(viewer, "withdraw_help") as unit:
        _, request = await _lock(viewer, request_id)
        if request.asked_by_id != viewer.customer_id:
            raise NotFound
        unit.subject = request
        await move_request(request, HardshipStatus.WITHDRAWN, viewer.role)
        return request


async def propose_plan(
    viewer: Viewer,
    *,
    request_id: int,
    kind: ChangeKind,
    reason: str,
    periods: int | None = None,
    due_day: int | None = None,
    annual_rate: Decimal | None = None,
) -> HardshipRequest:
    """Answer a request with a change of the loan, which a colleague approves and the customer accepts like any other.

    Raises `NotFound`, `OwnAffairs`, `NotPossibleNow`, `AlreadyProposed`, `ChangeNotAllowed`, `PlanTooLong` for one that never repays.
    """
    async with transaction(viewer, "propose_plan") as unit:
        loan, request = await _lock(viewer, request_id)
        HARDSHIP_MOVES.check(request.status, HardshipStatus.PLAN_PROPOSED, viewer.role)
        loan = await changes.loan_to_change(unit, loan.id, kind)
        terms = ChangeTerms(kind, periods, due_day, annual_rate)
        agreements.proposed(await replays.load(loan), terms, unit.today)
        change = await changes.propose(unit, loan, terms, reason)
        unit.subject = request
        request.change_id = change.id
        await move_request(request, HardshipStatus.PLAN_PROPOSED, viewer.role, "change_id")
        return request


async def decline_help(viewer: Viewer, *, request_id: int, answer: str) -> HardshipRequest:
    """Say that there is no way, and why. Raises `NotFound`, `OwnAffairs`, `NotPossibleNow`."""
    async with transaction(viewer, "decline_help") as unit:
        loan, request = await _lock(viewer, request_id)
        await check_not_party(viewer, loan)
        unit.subject = request
        request.answer, request.answered_by_id = answer, viewer.staff_id
        await move_request(request, HardshipStatus.DECLINED, viewer.role, "answer", "answered_by_id")
        number = loan_number(loan.id, loan.created_at)
        asker_id = request.asked_by_id or loan.customer_id
        await outbox.record(HelpDeclined(customer_id=asker_id, loan_id=loan.id, number=number))
        return request


async def look_on(viewer: Viewer, today: date) -> int:
    """Open the requests again whose plan can no longer be accepted, and end those of settled loans; gives how many."""
    assert viewer.role is Role.SYSTEM, "time passes by itself"
    stale = HardshipRequest.filter(
        status=HardshipStatus.PLAN_PROPOSED, change__status=ChangeStatus.APPROVED, change__acceptable_until__lt=today
    )
    settled = HardshipRequest.filter(status__in=list(WAITING), loan__status__in=list(SETTLED))
    count = 0
    for found, to in ((settled, HardshipStatus.WITHDRAWN), (stale, HardshipStatus.OPEN)):
        for waiting in await found.order_by("id"):
            async with transaction(viewer, "look_on") as unit:
                _, request = await _lock(viewer, waiting.id)
                unit.subject = request
                if await found.filter(id=request.id).exists():  # Nobody was faster.
                    await move_request(request, to, viewer.role)
                    count += 1
    return count


async def _lock(viewer: Viewer, request_id: int) -> tuple[Loan, HardshipRequest]:
    """Lock a request after its loan. Raises `NotFound`."""
    named = await HardshipRequest.visible_to(viewer).get_or_none(id=request_id)
    if named is None:
        raise NotFound
    loan = await locked(Loan, viewer, named.loan_id)
    return loan, await locked(HardshipRequest, viewer, request_id)
