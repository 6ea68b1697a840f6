"""Officers of one's own: assigned by managers, and ended with what they rest on."""

from datetime import date

from tortoise.connection import get_connection

from models import Customer, NamedOfficer, PointsAccount, Staff, StaffBranch, Tier, Viewer
from models.database import locked, transaction
from models.database.handwritten import Statement, fetch_rows
from notifications import NamedOfficerAssigned, outbox
from resolvers.loyalty.named_officer_ends import end
from resolvers.people.relationships import check_not_ones_own, kin_of
from rules.errors import NotFound
from rules.loyalty.named_officers import TierGrantsNone
from rules.people.access import Role
from rules.people.staff import check_not_own

_UNFOUNDED = Statement(
    "unfounded",
    """
    SELECT named_officer.id FROM named_officer
    JOIN customer ON customer.id = named_officer.customer_id
    JOIN staff ON staff.id = named_officer.staff_id
    WHERE named_officer.ended_at IS NULL AND named_officer.id > :after AND NOT (
      staff.is_active AND staff.role = 'OFFICER'
      AND EXISTS (SELECT 1 FROM staff_branch WHERE staff_branch.staff_id = staff.id
        AND staff_branch.branch_id = customer.branch_id)
      AND EXISTS (SELECT 1 FROM points_account JOIN tier ON tier.id = points_account.tier_id
        WHERE points_account.customer_id = customer.id AND tier.grants_named_officer)
      AND (NOT customer.is_restricted OR EXISTS (SELECT 1 FROM access_grant WHERE access_grant.staff_id = staff.id
        AND access_grant.customer_id = customer.id AND access_grant.is_active)))
    ORDER BY named_officer.id LIMIT :batch
    """,
    {"after": "bigint", "batch": "bigint"},
)
CHUNK = 500


async def assign_officer(viewer: Viewer, *, customer_id: int, staff_id: int | None = None) -> Customer:
    """Let an officer of the customer's branch be his own from now on, or nobody; the same again changes nothing.

    Raises `NotFound` (also for an officer who does not see the file), `OwnAffairs` (also for his own file, or his
    family's), `TierGrantsNone`.
    """
    async with transaction(viewer, "assign_named_officer"):
        customer = await locked(Customer, viewer, customer_id)
        await check_not_ones_own(viewer, customer.id)
        officer = None if staff_id is None else await _officer(viewer, customer, staff_id)
        current = await officer_of(customer.id)
        if current is not None and officer is not None and current.staff_id == officer.id:
            return customer
        await end(NamedOfficer.filter(customer_id=customer.id))
        if officer is not None:
            await NamedOfficer.create(
                customer_id=customer.id, staff_id=officer.id, name=officer.name, assigned_by_id=viewer.staff_id
            )
            await outbox.record(NamedOfficerAssigned(customer_id=customer.id, officer=officer.name))
        return customer


async def _officer(viewer: Viewer, customer: Customer, staff_id: int) -> Staff:
    officer = await Staff.visible_to(viewer).get_or_none(id=staff_id, is_active=True, role=Role.OFFICER)
    if officer is None or not await StaffBranch.exists(staff_id=staff_id, branch_id=customer.branch_id):
        raise NotFound
    his = Viewer(role=officer.role, clock=viewer.clock, staff_id=officer.id, branch_ids=(customer.branch_id,))
    if not await Customer.visible_to(his).filter(id=customer.id).exists():
        raise NotFound  # The file is restricted, and he was not let in.
    check_not_own(await kin_of(officer), [customer.id])
    if not (await tier_of(customer.id)).grants_named_officer:
        raise TierGrantsNone
    return officer


async def tier_of(customer_id: int) -> Tier:
    """Give the tier that a customer is in."""
    return await Tier.get(id=(await PointsAccount.get(customer_id=customer_id)).tier_id)


async def officer_of(customer_id: int) -> NamedOfficer | None:
    """Give the officer who is a customer's own now."""
    return await NamedOfficer.get_or_none(customer_id=customer_id, ended_at__isnull=True)


async def end_unfounded(viewer: Viewer, _: date) -> int:
    """End what does not rest on anything any more, such as a tier that grants it; gives how many. Harmless to repeat."""
    assert viewer.role is Role.SYSTEM, "time passes by itself"
    count, after = 0, 0
    while rows := await fetch_rows(get_connection("default"), _UNFOUNDED, {"after": after, "batch": CHUNK}):
        async with transaction(viewer, "end_named_officers"):
            await end(NamedOfficer.filter(id__in=[row["id"] for row in rows]))
        count, after = count + len(rows), rows[-1]["id"]
    return count
