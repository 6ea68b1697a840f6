"""Writing down who belongs together, and whose affairs are one's own."""

from models import AccessGrant, Customer, Relationship, Staff, Viewer
from models.database import locked, one_at_a_time, transaction
from resolvers.loyalty import named_officer_ends
from resolvers.people import customers
from rules.errors import NotFound
from rules.people.relationships import RelationshipKind, check_two
from rules.people.staff import check_not_own
from rules.states import NotPossibleNow


async def kin_of(staff: Staff) -> frozenset[int]:
    """Give whose affairs are a member of staff's own: himself as a customer, as an admin named him, and his family."""
    if staff.customer_id is None:
        return frozenset()
    family = Relationship.filter(customer_id=staff.customer_id, kind=RelationshipKind.FAMILY, is_active=True)
    return frozenset({staff.customer_id, *[row.relative_id async for row in family]})


async def check_not_ones_own(viewer: Viewer, *customer_ids: int) -> None:
    """Let a member of staff act on what is about neither him nor his family; anybody else may. Raises `OwnAffairs`."""
    if viewer.staff_id is not None:
        check_not_own(await kin_of(await Staff.get(id=viewer.staff_id)), customer_ids)


async def save_relationship(
    viewer: Viewer, *, customer_id: int, customer_phone: str, kind: RelationshipKind
) -> Relationship:
    """Write down that a customer belongs to another, who is named by phone, whoever looks after him; once is enough.

    Looking him up counts as a search by number, found or not. Raises `NotFound`, `SearchLimitReached`, `NoSuchCustomer`,
    `RelatedToHimself`, `OwnAffairs` to either of them and their families.
    """
    if not await Customer.visible_to(viewer).filter(id=customer_id).exists():
        raise NotFound
    relative_id = await customers.find_by_phone(viewer, customer_phone)
    async with transaction(viewer, "save_relationship") as unit:
        customer = await locked(Customer, viewer, customer_id)
        check_two(customer.id, relative_id)
        await check_not_ones_own(viewer, customer.id, relative_id)
        await _lock_pair(customer.id, relative_id)
        await _write(viewer, relative_id, customer.id, kind)
        unit.subject = row = await _write(viewer, customer.id, relative_id, kind)
        for colleague in await Staff.filter(customer_id__in=[customer.id, relative_id]):
            kin = await kin_of(colleague)
            own = AccessGrant.filter(staff_id=colleague.id, customer_id__in=list(kin))
            await own.filter(is_active=True).update(is_active=False)
            await named_officer_ends.end_of_kin(colleague.id, kin)
        return row


async def _lock_pair(one: int, other: int) -> None:
    """Both rows of two people are written and ended by one at a time, from whichever side."""
    await one_at_a_time(f"relationships {min(one, other)} {max(one, other)}")


async def _write(viewer: Viewer, customer_id: int, relative_id: int, kind: RelationshipKind) -> Relationship:
    known = await Relationship.get_or_none(customer_id=customer_id, relative_id=relative_id, kind=kind, is_active=True)
    return known or await Relationship.create(
        customer_id=customer_id, relative_id=relative_id, kind=kind, saved_by_id=viewer.staff_id
    )


async def end_relationship(viewer: Viewer, *, relationship_id: int) -> Relationship:
    """Write down that it is over, for both. Raises `NotFound`, `OwnAffairs` to either of them, `NotPossibleNow`."""
    async with transaction(viewer, "end_relationship"):
        named = await Relationship.visible_to(viewer).get_or_none(id=relationship_id)
        if named is None:
            raise NotFound
        await _lock_pair(named.customer_id, named.relative_id)
        row = await locked(Relationship, viewer, relationship_id)
        await check_not_ones_own(viewer, row.customer_id, row.relative_id)
        if not row.is_active:
            raise NotPossibleNow(current="ENDED")
        pair = [row.customer_id, row.relative_id]
        both = Relationship.filter(customer_id__in=pair, relative_id__in=pair, kind=row.kind, is_active=True)
        await both.update(is_active=False)
        row.is_active = False
        return row
