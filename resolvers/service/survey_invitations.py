"""Drawing whom a survey asks, in the transaction of what happened, or in that in which it is told."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from tortoise.expressions import Subquery

from models import (
    Application,
    Callback,
    Customer,
    Decision,
    Loan,
    NamedOfficer,
    ProductVersion,
    SurveyInvitation,
    SurveyVersion,
    blind_index,
)
from models.database import Unit
from notifications import ApplicationDecided, LoanPaidOut, LoanRepaid
from notifications.events import Event
from rules.loans.states import LoanStatus
from rules.service.survey_invitations import SURVEY_INVITATION_MOVES
from rules.service.surveys import SurveyOccasion, is_drawn

Running = Mapping[SurveyOccasion, Sequence[SurveyVersion]]


async def occasion(
    unit: Unit, kind: SurveyOccasion, customer_id: int, subject_id: int, *, staff_id: int | None = None
) -> None:
    """Draw a customer for the surveys that are asked on an occasion; called in the transaction of what happened.

    `subject_id` is the row it happened to, `staff_id` whose work it was, where the row does not say so itself. The same
    again draws the same, and changes nothing. Whether he is asked is looked at when it is time.
    """
    running = await _running([kind])
    await _draw(unit.now, running, kind, customer_id, subject_id, staff_id)


async def occasions_told(unit: Unit, events: Sequence[Event]) -> None:
    """Draw on the occasions that are told of, in the transaction that tells them: so what books money does no more for it."""
    found = [happened for event in events if (happened := _occasion_of(event)) is not None]
    if not found:
        return
    running = await _running(sorted({kind for kind, _, _ in found}))
    for kind, customer_id, subject_id in found if running else ():
        await _draw(unit.now, running, kind, customer_id, subject_id, None)


def _occasion_of(event: Event) -> tuple[SurveyOccasion, int, int] | None:
    match event:
        case ApplicationDecided():
            return SurveyOccasion.APPLICATION_DECIDED, event.customer_id, event.application_id
        case LoanPaidOut():
            return SurveyOccasion.LOAN_DISBURSED, event.customer_id, event.loan_id
        case LoanRepaid():
            return SurveyOccasion.LOAN_SETTLED, event.customer_id, event.loan_id
    return None


async def _running(kinds: Sequence[SurveyOccasion]) -> Running:
    current = SurveyVersion.filter(is_current=True, survey__ended_at__isnull=True, survey__occasion__in=list(kinds))
    found = dict[SurveyOccasion, list[SurveyVersion]]()
    for version in await current.select_related("survey").order_by("survey_id"):
        found.setdefault(version.survey.occasion, []).append(version)
    return found


async def _draw(
    now: datetime,
    running: Running,
    kind: SurveyOccasion,
    customer_id: int,
    subject_id: int,
    staff_id: int | None,
) -> None:
    drawn = [
        version
        for version in running.get(kind, ())
        if is_drawn(_hash(version, customer_id, subject_id), version.sample_percent)
    ]
    if not drawn or (kind is SurveyOccasion.LOAN_SETTLED and await _was_refinanced(subject_id)):
        return
    customer = await Customer.get(id=customer_id)
    product_id = await _product_of(kind, subject_id)
    about_id = staff_id or await _worked_on(kind, subject_id) or await _own_officer(customer_id)
    rows = [
        SurveyInvitation(
            customer_id=customer_id,
            survey_id=version.survey_id,
            version_id=version.id,
            subject=subject_id,
            branch_id=customer.branch_id,
            product_id=product_id,
            about_id=about_id,
            status=SURVEY_INVITATION_MOVES.initial,
            due_at=now + timedelta(hours=version.delay_hours),
        )
        for version in drawn
    ]
    await SurveyInvitation.bulk_create(rows, ignore_conflicts=True)  # Drawn before: it stays as it was.


def _hash(version: SurveyVersion, customer_id: int, subject_id: int) -> str:
    return blind_index(f"survey {version.survey_id}, customer {customer_id}, subject {subject_id}")


async def _was_refinanced(loan_id: int) -> bool:
    return await Loan.filter(refinances_id=loan_id).exclude(status=LoanStatus.CANCELLED).exists()


async def _product_of(kind: SurveyOccasion, subject_id: int) -> int | None:
    if kind is SurveyOccasion.APPLICATION_DECIDED:
        version_of = Application.filter(id=subject_id).values("product_version_id")
    elif kind in (SurveyOccasion.LOAN_DISBURSED, SurveyOccasion.LOAN_SETTLED):
        version_of = Loan.filter(id=subject_id).values("product_version_id")
    else:
        return None
    version = await ProductVersion.get_or_none(id__in=Subquery(version_of))
    return None if version is None else version.product_id


async def _worked_on(kind: SurveyOccasion, subject_id: int) -> int | None:
    """Give whose work is scored: who decided the application, who called back."""
    if kind is SurveyOccasion.APPLICATION_DECIDED:
        decision = await Decision.filter(application_id=subject_id, is_current=True).order_by("-id").first()
        return None if decision is None else decision.staff_id
    if kind is SurveyOccasion.CALLBACK_DONE:
        return (await Callback.get(id=subject_id)).completed_by_id
    return None


async def _own_officer(customer_id: int) -> int | None:
    officer = await NamedOfficer.get_or_none(customer_id=customer_id, ended_at__isnull=True)
    return None if officer is None else officer.staff_id
