"""The people at the desks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import models
import rules.money
from resolvers.people import branches, staff
from rules.people.access import ADMINS, AUDITORS, Role
from rules.people.kinds import Locale
from rules.people.names import NameInvalid
from rules.people.staff import (
    BranchesInvalid,
    LimitInvalid,
    LoginInvalid,
    LoginTaken,
    NoSuchCustomer,
    OwnAccount,
    PasswordTooShort,
    StaffRole,
)
from schema.context import Info
from schema.declarations import (
    Connection,
    Input,
    Node,
    children,
    connection,
    id_of,
    ids_of,
    input,
    money,
    mutation,
    node,
    root,
    text,
)
from schema.money import Money, money_input

if TYPE_CHECKING:
    from schema.applications.assignments import StaffSkill


@node(models.Staff)
class Staff(Node):
    """A member of staff; customers do not see this, they read the name in what concerns them."""

    login: str
    """What he signs in with."""
    name: str
    """As customers and colleagues read it."""
    role: Role
    """What he may do."""
    decision_limit: Money | None = money()
    """The largest amount he decides alone; null: none for an officer, no limit for a manager."""
    is_active: bool
    """False once his account is disabled."""
    skills: list[StaffSkill] = children(via="staff_id")
    """Which applications he can work on beside the usual ones."""


@root
class StaffRoot:
    staff: Connection[Staff] = connection(allow=ADMINS | AUDITORS)
    """Everybody at the desks."""


@input
class CreateStaffInput(Input):
    """A new account."""

    login: str = text(1, 64)
    """Latin letters, digits, and . _ @ - after the first."""
    password: str = text(1, 200)
    """At least 10 characters, to be handed over in person."""
    name: str = text(1, 100)
    """As customers and colleagues read it."""
    role: StaffRole
    """What he may do."""
    branch_ids: list[int] = ids_of(models.Branch)
    """One for an officer, at least one for a manager, none for all others."""
    decision_limit: rules.money.Money | None = money_input()
    """The largest amount he decides alone; nothing: none for an officer, no limit for a manager."""
    locale: Locale | None
    """The language he is spoken to in; nothing for his browser's."""
    customer_phone: str | None = text(1, 40)
    """The phone he signs in with as a customer of ours, if he is one: he then decides nothing of his own."""


@mutation(
    allow=ADMINS,
    refusals=(
        LoginInvalid,
        LoginTaken,
        PasswordTooShort,
        NameInvalid,
        BranchesInvalid,
        LimitInvalid,
        NoSuchCustomer,
    ),
)
async def create_staff(info: Info, input: CreateStaffInput) -> models.Staff:
    """Open an account for a colleague. If he becomes a customer of ours later, say so by `changeRole`."""
    viewer = info.context.viewer
    return await staff.create_staff(
        viewer,
        login=input.login,
        password=input.password,
        name=input.name,
        role=Role(input.role),
        branches=await branches.named(viewer, input.branch_ids),
        customer_phone=input.customer_phone,
        locale=input.locale,
        **_limit(input.decision_limit),
    )


@input
class ChangeRoleInput(Input):
    """Whose role, and what he may do from now on."""

    staff_id: int = id_of(models.Staff)
    """A colleague: nobody changes his own role."""
    role: StaffRole
    """What he may do."""
    branch_ids: list[int] = ids_of(models.Branch)
    """One for an officer, at least one for a manager, none for all others."""
    decision_limit: rules.money.Money | None = money_input()
    """The largest amount he decides alone; nothing: none for an officer, no limit for a manager."""
    customer_phone: str | None = text(1, 40)
    """The phone he signs in with as a customer of ours, if he is one: he then decides nothing of his own; nothing leaves it as it is."""


@mutation(allow=ADMINS, refusals=(OwnAccount, BranchesInvalid, LimitInvalid, NoSuchCustomer))
async def change_role(info: Info, input: ChangeRoleInput) -> models.Staff:
    """Give a colleague another role; his sessions end, and he signs in anew with it."""
    viewer = info.context.viewer
    return await staff.change_role(
        viewer,
        input.staff_id,
        role=Role(input.role),
        branches=await branches.named(viewer, input.branch_ids),
        customer_phone=input.customer_phone,
        **_limit(input.decision_limit),
    )


def _limit(sent: rules.money.Money | None) -> dict[str, Any]:
    return {} if sent is None else {"decision_limit": sent.amount, "currency": sent.currency}


@input
class DisableStaffInput(Input):
    """Whose account to close."""

    staff_id: int = id_of(models.Staff)
    """A colleague."""


@mutation(allow=ADMINS, refusals=(OwnAccount,))
async def disable_staff(info: Info, input: DisableStaffInput) -> models.Staff:
    """Close a colleague's account: he is signed out everywhere at once, and signs in no more."""
    return await staff.disable_staff(info.context.viewer, input.staff_id)
