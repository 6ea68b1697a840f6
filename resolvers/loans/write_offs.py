"""Writing a loan off: proposed by one, approved by another."""

from models import Loan, LoanChange, LoanEvent, Viewer
from models.database import Unit, open_unit, transaction
from notifications import outbox
from notifications.loans.write_offs import LoanWrittenOff
from resolvers import keys
from resolvers.loans import changes, replays
from resolvers.loans.contacts import write_down_message
from resolvers.loans.refinancings import is_tranche_under_way
from rules.loans.changes import ChangeKind, ChangeStatus, ChangeTerms
from rules.loans.events import LoanEventKind
from rules.loans.numbers import loan_number
from rules.loans.states import LoanStatus
from rules.money import Money
from rules.payments.payouts import PayoutUnderWay
from rules.states import NotPossibleNow


async def propose_write_off(viewer: Viewer, *, loan_id: int, reason: str) -> LoanChange:
    """Propose that what is owed on a loan leaves the books.

    Raises `NotFound`, `OwnAffairs`, `NotPossibleNow` unless the loan is active, `AlreadyProposed`.
    """
    async with transaction(viewer, "propose_write_off") as unit:
        loan = await changes.loan_to_change(unit, loan_id, ChangeKind.WRITE_OFF)
        return await changes.propose(unit, loan, ChangeTerms(ChangeKind.WRITE_OFF), reason)


async def approve_write_off(viewer: Viewer, *, change_id: int, key: str) -> LoanChange:
    """Write a loan off: the principal still owed leaves the books as an expense, and stays owed.

    Raises `NotFound`, `OwnAffairs`, `SamePerson`, `NotPossibleNow`, `PayoutUnderWay`, `KeyReused`.
    """
    async with keys.once(LoanChange, viewer, "approve_write_off", key, change_id) as kept:
        if kept.is_new:
            unit = open_unit()
            loan, change = await changes.change_to_decide(unit, change_id, {ChangeKind.WRITE_OFF})
            await changes.decide(unit, change, ChangeStatus.APPROVED)
            if loan.status is not LoanStatus.ACTIVE:
                raise NotPossibleNow(current=loan.status)
            if await is_tranche_under_way(loan):
                raise PayoutUnderWay
            await _write_off(unit, loan, change)
            kept.keep(change)
    return kept.result


async def decline_write_off(viewer: Viewer, *, change_id: int) -> LoanChange:
    """Leave the loan in the books. Raises `NotFound`, `OwnAffairs`, `SamePerson`, `NotPossibleNow`."""
    async with transaction(viewer, "decline_write_off") as unit:
        _, change = await changes.change_to_decide(unit, change_id, {ChangeKind.WRITE_OFF})
        await changes.decide(unit, change, ChangeStatus.DECLINED)
        return change


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
    await changes.look_for_another_plan(loan, unit.viewer.role)
    await write_down_message(unit, loan)
    await outbox.record(
        LoanWrittenOff(
            customer_id=loan.customer_id,
            loan_id=loan.id,
            number=loan_number(loan.id, loan.created_at),
            amount=Money(loan.outstanding, loan.currency),
        )
    )
