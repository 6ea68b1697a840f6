"""Writing a loan off: proposed by one, approved by another."""

from models import Loan, LoanChange, LoanEvent, Viewer
from models.database import Unit, locked, open_unit, transaction
from notifications import outbox
from notifications.loans.write_offs import LoanWrittenOff
from resolvers import keys
from resolvers.loans import replays
from resolvers.loans.own_affairs import check_not_party
from resolvers.people.staff import accounts_of
from rules.errors import NotFound
from rules.loans.changes import CHANGE_MOVES, AlreadyProposed, ChangeKind, ChangeStatus
from rules.loans.events import LoanEventKind
from rules.loans.numbers import loan_number
from rules.loans.states import LoanStatus
from rules.money import Money
from rules.people.staff import check_other_person
from rules.states import NotPossibleNow


async def propose_write_off(viewer: Viewer, *, loan_id: int, reason: str) -> LoanChange:
    """Propose that what is owed on a loan leaves the books.

    Raises `NotFound`, `OwnAffairs`, `NotPossibleNow` unless the loan is active, `AlreadyProposed`.
    """
    assert viewer.staff_id is not None, "staff propose"
    async with transaction(viewer, "propose_write_off") as unit:
        loan = await locked(Loan, viewer, loan_id)
        await check_not_party(viewer, loan)
        if loan.status is not LoanStatus.ACTIVE:
            raise NotPossibleNow(current=loan.status)
        kind = ChangeKind.WRITE_OFF
        if await LoanChange.exists(loan_id=loan.id, kind=kind, status=ChangeStatus.PROPOSED):
            raise AlreadyProposed
        unit.subject = change = await LoanChange.create(
            loan_id=loan.id,
            customer_id=loan.customer_id,
            kind=kind,
            status=ChangeStatus.PROPOSED,
            reason=reason,
            proposed_by_id=viewer.staff_id,
        )
        return change


async def approve_write_off(viewer: Viewer, *, change_id: int, key: str) -> LoanChange:
    """Write a loan off: the principal still owed leaves the books as an expense, and stays owed.

    Raises `NotFound`, `OwnAffairs`, `SamePerson`, `NotPossibleNow`, `KeyReused`.
    """
    async with keys.once(LoanChange, viewer, "approve_write_off", key, change_id) as kept:
        if kept.is_new:
            unit = open_unit()
            loan, change = await _lock(unit, change_id)
            await _decide(unit, change, ChangeStatus.APPROVED)
            if loan.status is not LoanStatus.ACTIVE:
                raise NotPossibleNow(current=loan.status)
            await _write_off(unit, loan, change)
            kept.keep(change)
    return kept.result


async def decline_write_off(viewer: Viewer, *, change_id: int) -> LoanChange:
    """Leave the loan in the books. Raises `NotFound`, `OwnAffairs`, `SamePerson`, `NotPossibleNow`."""
    async with transaction(viewer, "decline_write_off") as unit:
        _, change = await _lock(unit, change_id)
        await _decide(unit, change, ChangeStatus.DECLINED)
        return change


async def _lock(unit: Unit, change_id: int) -> tuple[Loan, LoanChange]:
    """Lock a proposed write-off after its loan. Raises `NotFound`, `OwnAffairs`."""
    change = await LoanChange.visible_to(unit.viewer).get_or_none(id=change_id, kind=ChangeKind.WRITE_OFF)
    if change is None:
        raise NotFound
    loan = await locked(Loan, unit.viewer, change.loan_id)
    change = await locked(LoanChange, unit.viewer, change_id)
    unit.subject = change
    await check_not_party(unit.viewer, loan)
    return loan, change


async def _decide(unit: Unit, change: LoanChange, status: ChangeStatus) -> None:
    """Keep who decided, when. Raises `NotPossibleNow`, `SamePerson`."""
    CHANGE_MOVES.check(change.status, status, unit.viewer.role)
    check_other_person(change.proposed_by_id, await accounts_of(unit.viewer))
    change.status, change.decided_by_id, change.decided_at = status, unit.viewer.staff_id, unit.now
    await change.save(update_fields=["status", "decided_by_id", "decided_at"])


async def _write_off(unit: Unit, loan: Loan, change: LoanChange) -> None:
    await LoanEvent.create(
        loan_id=loan.id,
        customer_id=loan.customer_id,
        currency=loan.currency,
        kind=LoanEventKind.WRITE_OFF,
        value_on=unit.today,
        change_id=change.id,
    )
    await replays.bring_up_to_date(unit, loan, f"LoanChange:{change.id}")
    await outbox.record(
        LoanWrittenOff(
            customer_id=loan.customer_id,
            loan_id=loan.id,
            number=loan_number(loan.id, loan.created_at),
            amount=Money(loan.outstanding, loan.currency),
        )
    )
