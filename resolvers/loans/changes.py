"""Changes of a loan by two people: one proposes, another decides."""

from collections.abc import Collection

from tortoise.expressions import Q

from models import HardshipRequest, Loan, LoanChange
from models.database import Unit, locked
from resolvers.loans.own_affairs import check_not_party
from resolvers.people.staff import accounts_of
from rules.errors import NotFound
from rules.loans.changes import CHANGE_MOVES, AlreadyProposed, ChangeKind, ChangeStatus, ChangeTerms
from rules.loans.hardships import HARDSHIP_MOVES, HardshipStatus
from rules.loans.states import LoanStatus
from rules.people.access import Role
from rules.people.staff import check_other_person
from rules.states import NotPossibleNow

_FOLLOWS = {
    ChangeStatus.ACCEPTED: HardshipStatus.AGREED,
    ChangeStatus.REFUSED: HardshipStatus.OPEN,
    ChangeStatus.DECLINED: HardshipStatus.OPEN,
}


async def loan_to_change(unit: Unit, loan_id: int, kind: ChangeKind) -> Loan:
    """Lock a loan for which a change can be proposed.

    Raises `NotFound`, `OwnAffairs`, `NotPossibleNow` unless the loan is active, `AlreadyProposed`.
    """
    loan = await locked(Loan, unit.viewer, loan_id)
    await check_not_party(unit.viewer, loan)
    if loan.status is not LoanStatus.ACTIVE:
        raise NotPossibleNow(current=loan.status)
    waits = Q(status=ChangeStatus.PROPOSED) | Q(status=ChangeStatus.APPROVED, acceptable_until__gte=unit.today)
    if await LoanChange.filter(waits, loan_id=loan.id, kind=kind).exists():
        raise AlreadyProposed
    return loan


async def propose(unit: Unit, loan: Loan, terms: ChangeTerms, reason: str) -> LoanChange:
    """Write a proposal down."""
    assert unit.viewer.staff_id is not None, "staff propose"
    unit.subject = change = await LoanChange.create(
        loan_id=loan.id,
        customer_id=loan.customer_id,
        currency=loan.currency,
        status=ChangeStatus.PROPOSED,
        reason=reason,
        proposed_by_id=unit.viewer.staff_id,
        **vars(terms),
    )
    return change


async def change_to_decide(unit: Unit, change_id: int, kinds: Collection[ChangeKind]) -> tuple[Loan, LoanChange]:
    """Lock a proposed change of some kinds after its loan. Raises `NotFound`, `OwnAffairs`."""
    change = await LoanChange.visible_to(unit.viewer).get_or_none(id=change_id, kind__in=list(kinds))
    if change is None:
        raise NotFound
    loan = await locked(Loan, unit.viewer, change.loan_id)
    change = await locked(LoanChange, unit.viewer, change_id)
    unit.subject = change
    await check_not_party(unit.viewer, loan)
    return loan, change


async def decide(unit: Unit, change: LoanChange, status: ChangeStatus) -> None:
    """Keep who decided, when. Raises `NotPossibleNow`, `SamePerson`."""
    CHANGE_MOVES.check(change.status, status, unit.viewer.role)
    check_other_person(change.proposed_by_id, await accounts_of(unit.viewer))
    change.status, change.decided_by_id, change.decided_at = status, unit.viewer.staff_id, unit.now
    await change.save(update_fields=["status", "decided_by_id", "decided_at", "acceptable_until"])
    await follow(change, unit.viewer.role)


async def follow(change: LoanChange, role: Role) -> None:
    """Move the request for help along whose plan a change is: agreed, or looked on."""
    to = _FOLLOWS.get(change.status)
    request = await HardshipRequest.get_or_none(change_id=change.id, status=HardshipStatus.PLAN_PROPOSED)
    if to is not None and request is not None:
        await move_request(request, to, role)


async def look_for_another_plan(loan: Loan, role: Role) -> None:
    """Open the request for help again whose plan a loan can no longer have."""
    request = await HardshipRequest.get_or_none(loan_id=loan.id, status=HardshipStatus.PLAN_PROPOSED)
    if request is not None:
        await move_request(request, HardshipStatus.OPEN, role)


async def move_request(request: HardshipRequest, to: HardshipStatus, role: Role, *also: str) -> None:
    """Move a request for help, and save what else was changed of it. Raises `NotPossibleNow`."""
    HARDSHIP_MOVES.check(request.status, to, role)
    request.status = to
    await request.save(update_fields=["status", *also])
