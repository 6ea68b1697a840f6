"""Accounts of the people at the desks."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal

from tortoise.exceptions import IntegrityError

from models import AccessGrant, Application, Branch, Staff, StaffBranch, Viewer
from models.database import locked, transaction
from resolvers.applications.steps import free
from resolvers.loyalty import named_officer_ends
from resolvers.people import sessions
from resolvers.people.customers import with_phone
from resolvers.people.passwords import hash_password
from resolvers.service import service_ends
from rules.applications.states import WORKED_ON
from rules.people.access import ADMINS, ALL_STAFF, Role
from rules.people.kinds import Locale
from rules.people.names import check_name
from rules.people.staff import (
    LoginTaken,
    NoSuchCustomer,
    check_branches,
    check_limit,
    check_login,
    check_not_self,
    check_password,
)


async def create_staff(
    viewer: Viewer,
    *,
    login: str,
    password: str,
    name: str,
    role: Role,
    branches: Sequence[Branch] = (),
    decision_limit: Decimal | None = None,
    currency: str = "CNY",
    customer_phone: str | None = None,
    locale: Locale | None = None,
) -> Staff:
    """Open an account; `customer_phone` says who he is as a customer of ours: he then settles nothing of his own.

    Whoever becomes a customer later is not known to be staff: `change_role` says it then.
    Raises `LoginInvalid`, `LoginTaken`, `PasswordTooShort`, `BranchesInvalid`, `NameInvalid`, `LimitInvalid`,
    `NoSuchCustomer`.
    """
    assert viewer.role in ADMINS | {Role.SYSTEM}, "staff are made by admins"
    assert role in ALL_STAFF, f"{role} is not a role of staff"
    login, name = check_login(login), check_name(name)
    check_password(password)
    check_branches(role, len(branches))
    check_limit(role, decision_limit)
    password_hash = await asyncio.to_thread(hash_password, password)
    try:
        async with transaction(viewer, "create_staff") as unit:
            staff = await Staff.create(
                login=login,
                password_hash=password_hash,
                name=name,
                role=role,
                decision_limit=decision_limit,
                currency=currency,
                customer_id=None if customer_phone is None else await customer_id_of(customer_phone),
                locale=locale,
            )
            unit.subject = staff
            for branch in branches:
                await StaffBranch.create(staff_id=staff.id, branch_id=branch.id)
            return staff
    except IntegrityError as problem:
        if "login" not in str(problem):
            raise
        raise LoginTaken from None


async def customer_id_of(phone: str) -> int:
    """Find past what an admin may see, and give the id alone. Raises `NoSuchCustomer`."""
    customer = await with_phone(phone)
    if customer is None:
        raise NoSuchCustomer
    return int(customer.id)


async def accounts_of(viewer: Viewer) -> list[int]:
    """Give a member of staff's own account and those that name the same customer of ours: they are one person's."""
    staff = await Staff.get(id=viewer.staff_id)
    if staff.customer_id is None:
        return [staff.id]
    return [each.id for each in await Staff.filter(customer_id=staff.customer_id)]


@asynccontextmanager
async def colleague(viewer: Viewer, operation: str, staff_id: int) -> AsyncIterator[Staff]:
    """Lock a colleague's account for the body that changes it; his sessions end with that.

    Raises `NotFound`, `OwnAccount`.
    """
    async with transaction(viewer, operation) as unit:
        staff = await locked(Staff, viewer, staff_id)
        check_not_self(viewer.staff_id, staff.id)
        yield staff
        await sessions.end_sessions_of_staff(unit, staff.id)


async def _free_work(staff: Staff) -> None:
    """Let colleagues work on what he has: he does not, or not there."""
    await free(Application.filter(assignee_id=staff.id, status__in=list(WORKED_ON)))
    await service_ends.free_of_staff(staff.id)


async def change_role(
    viewer: Viewer,
    staff_id: int,
    *,
    role: Role,
    branches: Sequence[Branch] = (),
    decision_limit: Decimal | None = None,
    currency: str = "CNY",
    customer_phone: str | None = None,
) -> Staff:
    """Give a colleague another role, with its branches and limit, and end his sessions.

    `customer_phone` says who he is as a customer of ours; without it, what is known of that stays.
    Raises `NotFound`, `OwnAccount`, `BranchesInvalid`, `LimitInvalid`, `NoSuchCustomer`.
    """
    assert viewer.role in ADMINS, "roles are given by admins"
    assert role in ALL_STAFF, f"{role} is not a role of staff"
    check_branches(role, len(branches))
    check_limit(role, decision_limit)
    async with colleague(viewer, "change_role", staff_id) as staff:
        had = {row.branch_id async for row in StaffBranch.filter(staff_id=staff.id)}
        was = (staff.role, staff.customer_id, had)
        staff.role, staff.decision_limit, staff.currency = role, decision_limit, currency
        if customer_phone is not None:
            staff.customer_id = await customer_id_of(customer_phone)
        await staff.save(update_fields=["role", "decision_limit", "currency", "customer_id"])
        if was != (staff.role, staff.customer_id, {branch.id for branch in branches}):
            await _free_work(staff)
            await AccessGrant.filter(staff_id=staff.id, is_active=True).update(is_active=False)  # For whom he was then.
            await named_officer_ends.end_of_staff(staff.id)
        await StaffBranch.filter(staff_id=staff.id).delete()
        for branch in branches:
            await StaffBranch.create(staff_id=staff.id, branch_id=branch.id)
        return staff


async def disable_staff(viewer: Viewer, staff_id: int) -> Staff:
    """Close a colleague's account: he signs in no more, and his sessions end at once.

    Raises `NotFound`, `OwnAccount`.
    """
    assert viewer.role in ADMINS, "accounts are closed by admins"
    async with colleague(viewer, "disable_staff", staff_id) as staff:
        await _free_work(staff)
        await named_officer_ends.end_of_staff(staff.id)
        staff.is_active = False
        await staff.save(update_fields=["is_active"])
        return staff
