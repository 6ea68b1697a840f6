"""When an officer of one's own is one no more; said by whatever changes what it rests on."""

from collections.abc import Collection

from tortoise.queryset import QuerySet

from models import Callback, NamedOfficer
from models.database.unit import unit_now
from rules.loyalty.callbacks import CallbackStatus


async def end_of_staff(staff_id: int) -> None:
    """Let somebody be nobody's own officer any more: his account is closed, or he works elsewhere or as something else."""
    await end(NamedOfficer.filter(staff_id=staff_id))


async def end_of_customers(*customer_ids: int) -> None:
    """Let customers have no officer of their own any more."""
    await end(NamedOfficer.filter(customer_id__in=list(customer_ids)))


async def end_of_kin(staff_id: int, kin: Collection[int]) -> None:
    """Let somebody not be the officer of his own family, as it is now."""
    await end(NamedOfficer.filter(staff_id=staff_id, customer_id__in=list(kin)))


async def end_of_branch(branch_id: int) -> None:
    """The same for all customers of a branch, who move to another."""
    await end(NamedOfficer.filter(customer__branch_id=branch_id))


async def end(of: QuerySet[NamedOfficer]) -> None:
    """End those of these that go on, in the open unit; callbacks that were to go to them first are anybody's."""
    ending = await of.filter(ended_at__isnull=True)
    if not ending:
        return
    await NamedOfficer.filter(id__in=[each.id for each in ending]).update(ended_at=unit_now())
    waiting = Callback.filter(status=CallbackStatus.BOOKED, customer_id__in=[each.customer_id for each in ending])
    await waiting.update(officer_id=None)
