"""Restricting a customer's file: officers do not see it, but those who are named."""

from datetime import date

from models import AccessGrant, Application, Customer, Staff, StaffBranch, Viewer
from models.database import locked, transaction
from resolvers.applications.steps import free
from resolvers.loyalty import named_officer_ends
from resolvers.people.relationships import check_not_ones_own, kin_of
from resolvers.service import service_ends
from rules.applications.states import WORKED_ON
from rules.errors import NotFound
from rules.people.access import Role
from rules.people.restrictions import check_last_day
from rules.people.reveal import check_reason
from rules.people.staff import check_not_own
from rules.states import NotPossibleNow


async def restrict_file(viewer: Viewer, *, customer_id: int, reason: str) -> Customer:
    """Hide a customer's file from officers; the audit keeps why.

    Raises `NotFound`, `ReasonTooShort`, `OwnAffairs`, `NotPossibleNow` where it is restricted.
    """
    return await _set(viewer, "restrict_file", customer_id, reason, is_restricted=True)


async def lift_restriction(viewer: Viewer, *, customer_id: int, reason: str) -> Customer:
    """Show a customer's file to the officers of his branch again, and end all grants. Raises as `restrict_file`."""
    return await _set(viewer, "lift_restriction", customer_id, reason, is_restricted=False)


async def _set(viewer: Viewer, operation: str, customer_id: int, reason: str, *, is_restricted: bool) -> Customer:
    reason = check_reason(reason)
    async with transaction(viewer, operation, reason=reason):
        customer = await _lock(viewer, customer_id)
        if customer.is_restricted is is_restricted:
            raise NotPossibleNow(current="RESTRICTED" if is_restricted else "OPEN")
        customer.is_restricted = is_restricted
        customer.version += 1
        await customer.save(update_fields=["is_restricted", "version"])
        if is_restricted:  # Whoever has his application does not see it any more.
            waiting = Application.filter(customer_id=customer.id, status__in=list(WORKED_ON))
            await free(waiting.filter(assignee__role=Role.OFFICER))
            await named_officer_ends.end_of_customers(customer.id)
            await service_ends.hide_of_customer(customer.id)
        else:
            await AccessGrant.filter(customer_id=customer.id, is_active=True).update(is_active=False)
        return customer


async def grant_access(viewer: Viewer, *, customer_id: int, staff_id: int, last_day: date, reason: str) -> AccessGrant:
    """Let an officer of the branch see a restricted file until a day, this one included; anew if he is let in already.

    Raises `NotFound`, `ReasonTooShort`, `OwnAffairs` (also for his own file, or his family's), `NotPossibleNow`,
    `GrantDateNotAllowed`.
    """
    reason = check_reason(reason)
    async with transaction(viewer, "grant_access", reason=reason) as unit:
        customer = await _lock(viewer, customer_id)
        if not customer.is_restricted:
            raise NotPossibleNow(current="OPEN")
        check_last_day(last_day, unit.today)
        officer = await Staff.visible_to(viewer).get_or_none(id=staff_id, is_active=True, role=Role.OFFICER)
        if officer is None or not await StaffBranch.exists(staff_id=staff_id, branch_id=customer.branch_id):
            raise NotFound
        check_not_own(await kin_of(officer), [customer.id])
        await AccessGrant.filter(customer_id=customer.id, staff_id=officer.id, is_active=True).update(is_active=False)
        unit.subject = grant = await AccessGrant.create(
            customer_id=customer.id,
            staff_id=officer.id,
            last_day=last_day,
            reason=reason,
            granted_by_id=viewer.staff_id,
        )
        return grant


async def end_access(viewer: Viewer, *, grant_id: int) -> AccessGrant:
    """Let an officer see a file no longer. Raises `NotFound`, `OwnAffairs`, `NotPossibleNow`."""
    async with transaction(viewer, "end_access") as unit:
        named = await AccessGrant.visible_to(viewer).get_or_none(id=grant_id)
        if named is None:
            raise NotFound
        await _lock(viewer, named.customer_id)
        unit.subject = grant = await locked(AccessGrant, viewer, grant_id)
        if not grant.is_active:
            raise NotPossibleNow(current="ENDED")
        grant.is_active = False
        await grant.save(update_fields=["is_active"])
        return grant


async def end_grants(viewer: Viewer, today: date) -> int:
    """End the grants whose last day is over; gives how many."""
    assert viewer.role is Role.SYSTEM, "time passes by itself"
    if not await AccessGrant.exists(is_active=True, last_day__lt=today):
        return 0
    async with transaction(viewer, "end_grants"):
        return await AccessGrant.filter(is_active=True, last_day__lt=today).update(is_active=False)


async def _lock(viewer: Viewer, customer_id: int) -> Customer:
    """Lock a customer whose file is nobody's own. Raises `NotFound`, `OwnAffairs`."""
    customer = await locked(Customer, viewer, customer_id)
    await check_not_ones_own(viewer, customer.id)
    return customer
