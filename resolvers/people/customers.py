"""Customers: who they say they are, the language they want, and finding them."""

from dataclasses import dataclass
from datetime import timedelta

from tortoise.exceptions import IntegrityError
from tortoise.queryset import QuerySet

from models import AuditEntry, Customer, Secret, Viewer, blind_index
from models.database import Unit, locked, one_at_a_time, transaction
from resolvers.loyalty import referral_checks
from resolvers.people import sessions
from rules.errors import NotFound
from rules.people.customers import SEARCHES_A_DAY, AlreadyIdentified, SearchLimitReached
from rules.people.identity_numbers import IdentityInUse, IdentityNumber, IdentityNumberInvalid, parse_identity_number
from rules.people.kinds import Locale
from rules.people.names import check_name
from rules.people.phones import PhoneInvalid, parse_phone
from rules.people.staff import NoSuchCustomer

__all__ = ["AlreadyIdentified", "FoundCustomers", "choose_language", "find_customers", "identify", "lock_customer"]

MOST_FOUND = 20


@dataclass(frozen=True)
class FoundCustomers:
    """The first customers found, at most 20, oldest first."""

    customers: list[Customer]


async def identify(viewer: Viewer, name: str, identity_number: str) -> Customer:
    """Take a customer's name and identity number, once; saying the same again gives the same answer.

    Raises `NameInvalid`, `IdentityNumberInvalid`, `AlreadyIdentified`, `IdentityInUse`.
    """
    name = check_name(name)
    identity = parse_identity_number(identity_number)
    if identity.birth_on > viewer.today:
        raise IdentityNumberInvalid
    try:
        async with transaction(viewer, "identify") as unit:
            customer = await lock_customer(viewer)
            if not customer.is_identified:
                await _give_identity(customer, name, identity)
                await referral_checks.fix(unit, customer.id, is_identity=True)
            elif not _is_same(customer, name, identity):
                raise AlreadyIdentified
            return customer
    except IntegrityError as problem:
        if "identity_number_index" not in str(problem):
            raise
        raise IdentityInUse from None


async def _give_identity(customer: Customer, name: str, identity: IdentityNumber) -> None:
    customer.name = name
    customer.identity_number = Secret(identity.number)
    customer.birth_on, customer.sex = identity.birth_on, identity.sex
    customer.version += 1
    await customer.save(update_fields=["name", "identity_number", "birth_on", "sex", "version"])


def _is_same(customer: Customer, name: str, identity: IdentityNumber) -> bool:
    return customer.name == name and customer.identity_number_index == blind_index(identity.number)


async def choose_language(viewer: Viewer, locale: Locale) -> Customer:
    """Speak to the customer in this language from now on."""
    async with transaction(viewer, "choose_language") as unit:
        customer = await lock_customer(viewer)
        if customer.locale is not locale:
            unit.afterwards.append(sessions.forget_viewers)
            customer.locale = locale
            customer.version += 1
            await customer.save(update_fields=["locale", "version"])
        return customer


async def lock_customer(viewer: Viewer) -> Customer:
    """Lock the customer who is signed in. Raises `NotFound` for anybody else."""
    if viewer.customer_id is None:
        raise NotFound
    return await locked(Customer, viewer, viewer.customer_id)


async def find_customers(viewer: Viewer, search: str) -> FoundCustomers:
    """Find by a whole phone or identity number, or, where names are clear to the viewer, by part of a name.

    The audit keeps who searched by what, and whom it was about if it was one; never the words searched for.
    Raises `SearchLimitReached`.
    """
    kind, found = _search(viewer, search.strip())
    async with transaction(viewer, "find_customers", reason=f"by {kind}") as unit:
        if kind != "name":
            await _check_limit(unit)
        customers = await found.order_by("id").limit(MOST_FOUND)
        if len(customers) == 1:
            unit.subject = customers[0]
    return FoundCustomers(customers)


async def with_phone(phone: str) -> Customer | None:
    """Give whose phone it is, past what a viewer may see; None also for what is no phone."""
    try:
        return await Customer.get_or_none(phone_index=blind_index(parse_phone(phone)))
    except PhoneInvalid:
        return None


async def find_by_phone(viewer: Viewer, phone: str) -> int:
    """Give whose phone it is, whoever looks after him; counts as a search by number, found or not.

    Raises `SearchLimitReached`, `NoSuchCustomer`.
    """
    async with transaction(viewer, "find_customers", reason="by phone, of all") as unit:
        await _check_limit(unit)
        unit.subject = found = await with_phone(phone)
    if found is None:
        raise NoSuchCustomer
    return int(found.id)


async def _check_limit(unit: Unit) -> None:
    await one_at_a_time(f"find_customers {unit.viewer.actor}")  # Parallel searches would pass the limit together.
    searches = AuditEntry.filter(
        actor=unit.viewer.actor, operation=unit.operation, created_at__gt=unit.now - timedelta(hours=24)
    )
    if await searches.exclude(reason="by name").count() >= SEARCHES_A_DAY:
        raise SearchLimitReached(limit=SEARCHES_A_DAY)


def _search(viewer: Viewer, search: str) -> tuple[str, QuerySet[Customer]]:
    visible = Customer.visible_to(viewer)
    try:
        return "identity number", visible.filter(
            identity_number_index=blind_index(parse_identity_number(search).number)
        )
    except IdentityNumberInvalid:
        pass
    try:
        return "phone", visible.filter(phone_index=blind_index(parse_phone(search)))
    except PhoneInvalid:
        pass
    if not viewer.is_in_charge or not search:
        return "name", visible.filter(id__in=[])
    return "name", visible.filter(name__icontains=search)
