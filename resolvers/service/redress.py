"""Making up for something: an apology, a fee given back through the loan's journal, points. One proposes, another approves."""

from datetime import date
from decimal import Decimal

from tortoise.exceptions import IntegrityError

from models import Allocation, Case, CaseRedress, Loan, Posting, ProductVersion, Viewer
from models.database import Unit, open_unit, transaction
from models.loans.bookings import LockedLoan
from notifications import outbox
from notifications.service.cases import CaseRedressed
from resolvers import keys
from resolvers.loans import bookings
from resolvers.loans.bookings import Received
from resolvers.loyalty import points as ledger
from resolvers.people.relationships import check_not_ones_own
from resolvers.products.proposals import DECIDED, decided
from resolvers.service.case_assignments import begin, working_on
from resolvers.service.case_log import about, keep, lock_case, log
from rules.books.accounts import AccountCode
from rules.errors import NotFound
from rules.loans.prepayments import can_withdraw
from rules.loans.repayments import CurrencyMismatch
from rules.loans.states import LoanStatus
from rules.loyalty.kinds import PointsKind
from rules.money import ZERO, Money
from rules.payments.states import BORNE_BY_US, PaymentChannel
from rules.products.states import ProposalStatus
from rules.service.cases import RUNNING
from rules.service.entries import CaseEntryKind
from rules.service.redress import RedressKind, check_redress, check_refundable
from rules.states import NotPossibleNow

PROVIDER = "redress"
"""The provider of receipts that redress makes."""


async def propose_redress(
    viewer: Viewer,
    *,
    case_id: int,
    kind: RedressKind,
    words: str,
    amount: Money | None = None,
    loan_id: int | None = None,
    points: int | None = None,
) -> CaseRedress:
    """Say what is to make up for something, in words for the customer.

    Raises `NotFound`, `OwnAffairs`, `WithColleague`, `NotPossibleNow`, `RedressUnclear`, `CurrencyMismatch`, `RedressTooLarge`.
    """
    async with transaction(viewer, "propose_redress") as unit:
        check_redress(kind, None if amount is None else amount.amount, points, loan_id)
        case = await working_on(viewer, case_id)
        if case.status not in RUNNING:
            raise NotPossibleNow(current=case.status)
        await begin(case)
        await keep(case, "assignee_id")
        if amount is not None:
            loan = await Loan.visible_to(viewer).get_or_none(id=loan_id, customer_id=case.customer_id)
            if loan is None:
                raise NotFound
            await _check_left(loan, amount, unit.today)
        unit.subject = redress = await CaseRedress.create(
            customer_id=case.customer_id,
            case_id=case.id,
            kind=kind,
            words=words,
            loan_id=loan_id,
            currency="" if amount is None else amount.currency,
            amount=None if amount is None else amount.amount,
            points=points,
            status=ProposalStatus.PROPOSED,
            proposed_by_id=viewer.staff_id,
        )
        return redress


async def approve_redress(viewer: Viewer, *, redress_id: int, key: str) -> CaseRedress:
    """Let it happen: a refund is booked as a payment that we bear: it pays what is due, then what falls due next.

    Raises `NotFound`, `OwnAffairs`, `NotPossibleNow` (also once the case is over), `SamePerson`, `RedressTooLarge`, `KeyReused`.
    """
    named = await CaseRedress.visible_to(viewer).get_or_none(id=redress_id)
    if named is None:
        raise NotFound
    if named.loan_id is not None:
        return await _refund(viewer, named, key)
    async with keys.once(CaseRedress, viewer, "approve_redress", key, redress_id) as kept:
        if kept.is_new:
            unit = open_unit()
            case, redress = await _decided(unit, named, ProposalStatus.APPROVED)
            if redress.points is not None:
                source = f"Redress:{redress.id}"
                await ledger.award(
                    unit,
                    customer_id=redress.customer_id,
                    points=redress.points,
                    source=source,
                    kind=PointsKind.ADJUSTED,
                )
            await redress.save(update_fields=DECIDED)
            await _tell(case, redress)
            kept.keep(redress)
    return kept.result


async def decline_redress(viewer: Viewer, *, redress_id: int) -> CaseRedress:
    """Give nothing. Raises `NotFound`, `OwnAffairs`, `NotPossibleNow`, `SamePerson`."""
    async with transaction(viewer, "decline_redress") as unit:
        named = await CaseRedress.visible_to(viewer).get_or_none(id=redress_id)
        if named is None:
            raise NotFound
        _, redress = await _decided(unit, named, ProposalStatus.DECLINED)
        await redress.save(update_fields=DECIDED)
        return redress


async def _refund(viewer: Viewer, named: CaseRedress, key: str) -> CaseRedress:
    assert named.loan_id is not None, "a refund is of a loan"
    asked = keys.asked_by(viewer, "approve_redress", key, named.id)
    if await keys.known(asked) is None:
        try:
            async with bookings.locked_for_key(viewer, named.loan_id, asked) as held:
                if not held.is_key_known:
                    return await _book(held, named, asked)
        except IntegrityError:  # Under the same key, for another loan: no lock held them apart.
            if await keys.known(asked) is None:
                raise
    return await CaseRedress.visible_to(viewer).get(id=named.id)


async def _book(held: LockedLoan, named: CaseRedress, asked: keys.Asked) -> CaseRedress:
    unit = held.unit
    case, redress = await _decided(unit, named, ProposalStatus.APPROVED)
    assert redress.amount is not None, "a refund is of something"
    amount = Money(redress.amount, redress.currency)
    await _check_left(held.loan, amount, unit.today)
    received = Received(
        provider=PROVIDER,
        provider_reference=str(redress.id),
        amount=amount,
        channel=PaymentChannel.REDRESS,
        value_on=unit.today,
        came_from=AccountCode.REDRESS_EXPENSE,
    )
    done = await bookings.book(held, received, asked)
    redress.repayment_id = done.repayment.id
    await redress.save(update_fields=[*DECIDED, "repayment_id"])
    await _tell(case, redress)
    return redress


async def _decided(unit: Unit, named: CaseRedress, status: ProposalStatus) -> tuple[Case, CaseRedress]:
    """Lock a redress after its case, and say who decided it, unsaved."""
    case = await lock_case(unit.viewer, named.case_id)
    await check_not_ones_own(unit.viewer, case.customer_id)
    if status is ProposalStatus.APPROVED and case.status not in RUNNING:
        raise NotPossibleNow(current=case.status)
    return case, await decided(unit, CaseRedress, named.id, status)


async def _tell(case: Case, redress: CaseRedress) -> None:
    await log(case, CaseEntryKind.REDRESSED, redress.words)
    await keep(case)
    open_unit().subject = redress
    await outbox.record(CaseRedressed(**about(case)))


async def _check_left(loan: Loan, amount: Money, today: date) -> None:
    """Let no more be given back than the costs and penalties that were paid. Raises `CurrencyMismatch`, `RedressTooLarge`."""
    if amount.currency != loan.currency:
        raise CurrencyMismatch(expected=loan.currency)
    given = await CaseRedress.filter(loan_id=loan.id, status=ProposalStatus.APPROVED)
    left = await _paid_by_customer(loan, today) - sum((each.amount or ZERO for each in given), ZERO)
    check_refundable(amount, Money(max(left, ZERO), loan.currency))


async def _paid_by_customer(loan: Loan, today: date) -> Decimal:
    """Sum up the fees that a loan began with, and the costs and penalties that payments of the customer's own have paid.

    Nothing while he can still withdraw, which gives all fees back, nor once he has.
    """
    version = await ProductVersion.get(id=loan.product_version_id)
    if loan.status is LoanStatus.CANCELLED or can_withdraw(loan.opened_on, version.cooling_off_days, today):
        return ZERO
    begun = await Posting.filter(
        entry__loan_id=loan.id, account__code=AccountCode.FEE_INCOME, entry__source__startswith="Disbursement:"
    )
    paid = await Allocation.filter(loan_id=loan.id, repayment__channel__not_in=list(BORNE_BY_US))
    return sum((each.costs + each.penalty for each in paid), -sum((posting.amount for posting in begun), ZERO))
