"""When cases and feedback are in other hands; said by whatever changes who looks after somebody."""

from tortoise.queryset import QuerySet

from models import Case, Feedback
from rules.people.access import Role
from rules.service.cases import RUNNING
from rules.service.feedback import FeedbackDesk


async def free_of_staff(staff_id: int) -> None:
    """Let colleagues answer what somebody has, who works here no more, or elsewhere, or as something else."""
    await _free(Case.filter(assignee_id=staff_id))


async def free_of_branch(branch_id: int, to_branch_id: int) -> None:
    """Let the staff of another branch answer what is of the customers of one, and read what they said."""
    await _free(Case.filter(customer__branch_id=branch_id))
    await Feedback.filter(customer__branch_id=branch_id).update(branch_id=to_branch_id)


async def hide_of_customer(customer_id: int) -> None:
    """Keep what a customer said from officers, whose file they do not see any more."""
    await _free(Case.filter(customer_id=customer_id, assignee__role=Role.OFFICER))
    await Feedback.filter(customer_id=customer_id).update(desk=FeedbackDesk.MANAGERS)


async def _free(cases: QuerySet[Case]) -> None:
    ids = await cases.filter(status__in=list(RUNNING)).values_list("id", flat=True)
    await Case.filter(id__in=ids).update(assignee_id=None)
