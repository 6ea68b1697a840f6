"""Answers of the automated service, from the customer's own rows: it reads, and changes nothing."""

from collections.abc import Awaitable, Callable
from decimal import Decimal

from tortoise.connection import get_connection

from models import Application, Decision, Installment, Loan, PointsAccount, Viewer
from models.loans import bookings as sql
from notifications.words import say
from resolvers.loans import replays
from rules.applications.kinds import Outcome
from rules.loans.events import PrepaymentEffect
from rules.loans.numbers import loan_number
from rules.loans.prepayments import NothingToPrepay, quote_prepayment
from rules.loans.states import OWED, LoanStatus
from rules.money import Money
from rules.people.kinds import in_language
from rules.service.chat import ChatOutcome, ChatSource, actions_after
from rules.service.intents import HANDED_OVER, ChatIntent

MOST_LOANS = 3
"""So many of his loans are spoken of, the oldest first."""
Said = tuple[str, ChatSource]


async def answer(viewer: Viewer, intent: ChatIntent) -> Said:
    """Say what is known about what somebody wants, in his language, and where that stands."""
    assert intent not in HANDED_OVER, "a person answers that"
    own = _OWN.get(intent)
    return await own(viewer) if own else _in_the_app(viewer, intent)


def _in_the_app(viewer: Viewer, intent: ChatIntent) -> Said:
    """Say where in the app he does it himself."""
    first = actions_after(ChatOutcome.ANSWERED, intent)[0]
    return say("chat.in_the_app", viewer.locale, action=first), ChatSource.APP


async def _loans(viewer: Viewer, *, is_any: bool = False) -> list[Loan]:
    own = Loan.visible_to(viewer).filter(customer_id=viewer.customer_id)
    if not is_any:
        own = own.filter(status__in=list(OWED))
    return await own.order_by("id").limit(MOST_LOANS)


def _number(loan: Loan) -> str:
    return loan_number(loan.id, loan.created_at)


def _of(viewer: Viewer, lines: list[str]) -> Said:
    return "\n".join(lines) if lines else say("chat.no_loan", viewer.locale), ChatSource.LOANS


async def _next_payment(viewer: Viewer) -> Said:
    lines = []
    for loan in await _loans(viewer):
        due = await Installment.filter(loan_id=loan.id, is_open=True).order_by("number").first()
        if due is not None:
            amount = Money(_rest(due), loan.currency)
            lines.append(say("chat.next_payment", viewer.locale, loan=_number(loan), amount=amount, due_on=due.due_on))
    return _of(viewer, lines)


def _rest(due: Installment) -> Decimal:
    parts = ("principal", "interest", "costs", "penalty")
    return sum((getattr(due, part) - getattr(due, f"paid_{part}") for part in parts), Decimal(0))


async def _balance(viewer: Viewer) -> Said:
    return _of(
        viewer,
        [
            say("chat.balance", viewer.locale, loan=_number(loan), amount=Money(loan.outstanding, loan.currency))
            for loan in await _loans(viewer)
        ],
    )


async def _payoff(viewer: Viewer) -> Said:
    """Reckon what settles each loan today; nothing is stored, and nothing is promised for tomorrow."""
    lines = []
    for loan in await _loans(viewer):
        stored = await sql.seen(get_connection("default"), viewer, loan.id)
        terms, events = replays.terms_of(stored), replays.events_of(stored)
        try:
            figures = quote_prepayment(terms, events, viewer.today, None, PrepaymentEffect.REDUCE_TERM)
        except NothingToPrepay:
            continue
        amount = Money(figures.amount, loan.currency)
        lines.append(say("chat.payoff", viewer.locale, loan=_number(loan), amount=amount, day=viewer.today))
    return _of(viewer, lines)


async def _rate(viewer: Viewer) -> Said:
    said = [
        say("chat.rate", viewer.locale, loan=_number(each), rate=each.current_rate) for each in await _loans(viewer)
    ]
    return _of(viewer, said)


async def _late(viewer: Viewer) -> Said:
    lines = [
        say("chat.late", viewer.locale, loan=_number(loan), days=loan.days_past_due)
        if loan.days_past_due
        else say("chat.not_late", viewer.locale, loan=_number(loan))
        for loan in await _loans(viewer)
    ]
    return _of(viewer, lines)


async def _disbursement(viewer: Viewer) -> Said:
    lines = []
    for loan in await _loans(viewer, is_any=True):
        if loan.status is LoanStatus.PENDING:
            lines.append(say("chat.paying_out", viewer.locale, loan=_number(loan)))
        elif loan.opened_on is not None:
            lines.append(say("chat.paid_out", viewer.locale, loan=_number(loan), day=loan.opened_on))
    return _of(viewer, lines)


async def _application(viewer: Viewer) -> Said:
    latest = await _latest(viewer)
    if latest is None:
        return say("chat.no_application", viewer.locale), ChatSource.APPLICATIONS
    return say("chat.application", viewer.locale, status=latest.status), ChatSource.APPLICATIONS


async def _latest(viewer: Viewer) -> Application | None:
    own = Application.visible_to(viewer).filter(customer_id=viewer.customer_id)
    return await own.order_by("-id").first()


async def _declined(viewer: Viewer) -> Said:
    """Say the reason as the decision says it."""
    own = Decision.visible_to(viewer).filter(customer_id=viewer.customer_id, is_current=True, outcome=Outcome.DECLINE)
    decision = await own.order_by("-id").first()
    if decision is None:
        return say("chat.not_declined", viewer.locale), ChatSource.APPLICATIONS
    return say("chat.declined", viewer.locale, reason=decision.reason), ChatSource.APPLICATIONS


async def _points(viewer: Viewer) -> Said:
    account = await PointsAccount.visible_to(viewer).get(customer_id=viewer.customer_id)
    return say("chat.points", viewer.locale, points=account.balance, pending=account.pending), ChatSource.POINTS


async def _tier(viewer: Viewer) -> Said:
    account = await PointsAccount.visible_to(viewer).get(customer_id=viewer.customer_id).select_related("tier")
    name = in_language(account.tier.name_zh, account.tier.name_en, viewer.locale)
    return say("chat.tier", viewer.locale, tier=name), ChatSource.POINTS


_OWN: dict[ChatIntent, Callable[[Viewer], Awaitable[Said]]] = {
    ChatIntent.NEXT_PAYMENT: _next_payment,
    ChatIntent.BALANCE: _balance,
    ChatIntent.PAYOFF: _payoff,
    ChatIntent.RATE: _rate,
    ChatIntent.LATE: _late,
    ChatIntent.DISBURSEMENT: _disbursement,
    ChatIntent.APPLICATION_STATUS: _application,
    ChatIntent.WHY_DECLINED: _declined,
    ChatIntent.POINTS: _points,
    ChatIntent.TIER: _tier,
}
