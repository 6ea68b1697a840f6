"""Who may be spoken to about what is overdue, how often, and who is left in peace."""

from datetime import UTC, date, datetime, time, timedelta

from tortoise.expressions import F, Q

from models import Contact, Customer, HardshipRequest, Loan, OutboxEvent, PromiseToPay, Repayment, blind_index
from notifications import configured
from notifications.notifications.reminders import InstallmentOverdue
from rules.loans.contacts import (
    LEFT_ALONE_DAYS,
    SPOKEN,
    TRIED_WITHIN_DAYS,
    ContactChannel,
    ContactOutcome,
    NumberLeftAlone,
    check_budget,
    check_tried,
    check_unanswered,
)
from rules.loans.hardships import WAITING, HardshipStatus, HelpUnderWay
from rules.loans.promises import BROKEN_DAYS, PromiseRuns, PromiseStatus
from rules.payments.states import PaymentChannel


async def wish_of(callee_id: int, loan: Loan) -> HardshipRequest | None:
    """Give the waiting request in which the callee asked for this very call; None once they may have spoken since."""
    wishes = HardshipRequest.filter(asked_by_id=callee_id, loan_id=loan.id, wants_call=True, status__in=list(WAITING))
    wish = await wishes.first()
    if wish is None:
        return None
    calls = Contact.filter(callee_id=callee_id, channel=ContactChannel.CALL, created_at__gte=wish.created_at)
    return None if any([_may_have_spoken(call) async for call in calls]) else wish


async def check_peace(loan: Loan, callee_id: int | None, wish: HardshipRequest | None) -> None:
    """Let somebody be spoken to who is not left in peace. Raises `HelpUnderWay`, `PromiseRuns`."""
    if peace := await peace_of(loan, callee_id, wish):
        raise peace


async def peace_of(
    loan: Loan, callee_id: int | None, wish: HardshipRequest | None
) -> HelpUnderWay | PromiseRuns | None:
    """Say why somebody is left in peace: he asked for help, whichever loan it is about, or promised to pay this one.

    No callee stands for a contact person. What he wished for goes before his own promise and request.
    """
    askers = [loan.customer_id] if callee_id is None else [loan.customer_id, callee_id]
    about = Q(loan_id=loan.id) | Q(asked_by_id__in=askers)
    for request in await HardshipRequest.filter(about, status__in=list(WAITING)):
        if (wish is None or request.id != wish.id) and not await was_no_way(request.loan_id, request.created_at):
            return HelpUnderWay()
    promise = await PromiseToPay.get_or_none(loan_id=loan.id, status=PromiseStatus.OPEN)
    if wish is None and promise is not None and not await _was_broken_before(promise):
        return PromiseRuns(until=promise.due_on)
    return None


async def was_no_way(loan_id: int, moment: datetime) -> bool:
    """Say whether help was asked for shortly before a moment, and there was no way: asking again gives no peace."""
    declined = HardshipRequest.filter(loan_id=loan_id, status=HardshipStatus.DECLINED)
    return await declined.filter(created_at__gte=moment - timedelta(days=BROKEN_DAYS)).exists()


async def _was_broken_before(promise: PromiseToPay) -> bool:
    """Say whether another one was broken shortly before, or was his own word and he took it back on a later day.

    One that a plan overtook ends after its day.
    """
    lately = promise.promised_on - timedelta(days=BROKEN_DAYS)
    earlier = PromiseToPay.filter(loan_id=promise.loan_id, settled_on__gte=lately)
    own_word = Q(status=PromiseStatus.CANCELLED, recorded_by_id__isnull=True)
    taken_back = own_word & Q(settled_on__gt=F("promised_on")) & Q(settled_on__lte=F("due_on"))
    return await earlier.filter(Q(status=PromiseStatus.BROKEN) | taken_back).exists()


async def check_shared_budget(loan: Loan, callee_id: int | None, phone: str | None, today: date) -> None:
    """Let somebody be spoken to within the budget. Raises `ContactBudgetSpent`."""
    check_budget(await contacted_on(loan, callee_id, phone, today), today)


async def contacted_on(loan: Loan, callee_id: int | None, phone: str | None, today: date) -> list[date]:
    """Give the days of the last week of contacts that count in one budget: of all who are spoken to about a customer's
    debts, and of all debts about which one of them is spoken to.
    """
    about = Q(customer_id=loan.customer_id)
    if callee_id is not None:
        about |= Q(callee_id=callee_id)
    if phone is not None:
        about |= Q(number_index=blind_index(phone))
    recent = Contact.filter(about, contacted_on__gt=today - timedelta(days=7))
    days = [each.contacted_on async for each in recent if _may_have_spoken(each)]
    return days + await _reminded_on(loan.customer_id, today)


async def _reminded_on(customer_id: int, today: date) -> list[date]:
    """Give the days of the last week on which the house itself reminded a customer of what is overdue."""
    zone = configured().zone
    since = datetime.combine(today - timedelta(days=7), time.max, zone).astimezone(UTC)
    kind = InstallmentOverdue.__name__
    reminded = OutboxEvent.filter(customer_id=customer_id, kind=kind, created_at__gt=since)
    return [each.created_at.astimezone(zone).date() async for each in reminded]


async def check_number(phone: str, today: date) -> None:
    """Raise `CallLimitReached`, `NumberLeftAlone`. A call that is not ended counts as unanswered."""
    lately = today - timedelta(days=LEFT_ALONE_DAYS)
    calls = await Contact.filter(number_index=blind_index(phone), contacted_on__gt=lately).order_by("-id")
    for call in calls:
        is_others = call.outcome is ContactOutcome.WRONG_NUMBER
        if is_others or (call.contact_person_id is not None and call.outcome is ContactOutcome.HUNG_UP):
            raise NumberLeftAlone(until=call.contacted_on + timedelta(days=LEFT_ALONE_DAYS))
    check_unanswered(sum(not _is_spoken(each) for each in calls if each.contacted_on == today))


def _may_have_spoken(contact: Contact) -> bool:
    """Say whether they spoke, or nobody knows yet: a call that is not ended counts."""
    return contact.outcome is None or _is_spoken(contact)


def _is_spoken(contact: Contact) -> bool:
    """Say whether it is known that they spoke."""
    return contact.channel is ContactChannel.MESSAGE or contact.outcome in SPOKEN


async def check_borrower_tried(loan: Loan, today: date) -> None:
    """Let somebody else be asked where the borrower could not be reached since he was last heard of.

    At once where his number is somebody else's. Raises `BorrowerNotTriedYet`.
    """
    calls = Contact.filter(
        customer_id=loan.customer_id,
        callee_id=loan.customer_id,
        channel=ContactChannel.CALL,
        contacted_on__gt=today - timedelta(days=TRIED_WITHIN_DAYS),
        created_at__gt=await _last_heard_of(loan.customer_id),
    )
    number = blind_index((await Customer.get(id=loan.customer_id)).phone.read())
    days: list[date] = []
    for call in await calls.order_by("-id"):
        if _may_have_spoken(call):
            break
        if call.outcome is ContactOutcome.WRONG_NUMBER and call.number_index == number:
            return
        days.append(call.contacted_on)
    check_tried(days)


async def _last_heard_of(customer_id: int) -> datetime:
    """Give when one of a customer's loans was last paid in the app, or promised to be, or he asked for help."""
    heard = (
        Repayment.filter(customer_id=customer_id, channel=PaymentChannel.APP),
        PromiseToPay.filter(customer_id=customer_id, recorded_by_id__isnull=True),
        HardshipRequest.filter(asked_by_id=customer_id),
    )
    last = [await rows.order_by("-id").first() for rows in heard]
    return max((row.created_at for row in last if row is not None), default=datetime.min.replace(tzinfo=UTC))
