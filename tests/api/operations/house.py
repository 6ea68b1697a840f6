"""A house full of cases: the crowd, and beside it what is closed, pending, declined, unread, ended, odd or empty."""

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from graphql import GraphQLObjectType, get_named_type

import models
from models import Viewer
from models.database import transaction
from resolvers.applications import applications, decisions
from resolvers.payments.providers.sandbox import Behaviour
from resolvers.people import restrictions
from rules.applications.kinds import DecisionReason, Outcome, Purpose
from rules.ids import encode_id
from rules.money import Money
from rules.people.access import Role
from rules.people.kinds import Locale
from schema.build import schema
from schema.declarations import registry
from schema.declarations.pages import Order
from tests import make
from tests.schema.crowd import make_crowd

ODD = 'O\'Brien \\ "quoted" <é> 你好 😀 \u2028 %_ $1 ?1 {} ]'
"""A text that is written wrong wherever it is not written with care."""


@dataclass(frozen=True, repr=False)  # It would be pages long where a test fails.
class House:
    """Who is there, and what may be asked for."""

    viewers: list[Viewer]
    ids: dict[str, list[str]]
    """The ids of every node type, of anybody's rows."""
    cursors: dict[str, list[str]]
    """Places in every list, by its type and attribute: of rows anywhere in it."""

    def viewer(self, role: Role, number: int = 0) -> Viewer:
        """One viewer of a role."""
        return [viewer for viewer in self.viewers if viewer.role is role][number]


async def make_house() -> House:
    """Fill the house."""
    schema()
    crowd = await make_crowd()
    borrower = next(viewer for viewer in crowd.viewers if viewer.role is Role.CUSTOMER)
    customer = await models.Customer.get(id=borrower.customer_id)
    await _loans(customer)
    await _applications(borrower)
    await _odd_people(customer)
    await make.deliver()
    for viewer in crowd.viewers:
        await _sessions(viewer)
    first = await models.Notification.filter(customer_id=customer.id).order_by("id").first()
    async with make.unit() as unit:
        await models.Notification.filter(id=first.id).update(is_read=True, read_at=unit.now)
    viewers = [*crowd.viewers, replace(borrower, locale=Locale.EN)]
    return House(viewers, await _ids(), await _cursors())


async def _loans(customer: models.Customer) -> None:
    """One repaid in full, by several payments; one whose payout is not answered yet; one of another person's branch, one restricted."""
    repaid = await make.loan(customer, term=3)
    for _ in range(3):
        await make.repayment(repaid, None)
    neighbour = await make.customer(branch=await models.Branch.get(id=customer.branch_id))
    some = await make.loan(neighbour, amount="2500.50", term=6)
    for amount in ("100.01", "5.00", "20.20", "7.07"):
        await make.repayment(some, amount)
    shut = await make.loan(await make.customer(branch=await models.Branch.get(id=customer.branch_id)), term=3)
    await make.repayment(shut)
    boss = await make.manager_of(shut.customer_id)
    await restrictions.restrict_file(boss, customer_id=shut.customer_id, reason="A colleague's family.")
    make.sandbox().next_answers(Behaviour.NEVER)
    await make.loan(customer, amount="3000.00", term=3)


async def _applications(borrower: Viewer) -> None:
    """A draft, and one that was declined with odd words."""
    product = await make.product(code="ODD", name_zh=ODD, name_en=ODD)
    asked = Money(Decimal("1234.56"), "CNY")
    await applications.start_application(borrower, product.id, asked, 12)
    declined = await applications.start_application(borrower, product.id, asked, 36)
    await make.acknowledge(borrower, declined)
    await applications.submit_application(borrower, declined.id, Purpose.TRAVEL, declined.version)
    officer = await make.officer_of(borrower.customer_id)
    declined = await decisions.recommend_application(officer, declined.id, Outcome.DECLINE, ODD, declined.version + 1)
    customer = await models.Customer.get(id=borrower.customer_id)
    branch = await models.Branch.get(id=customer.branch_id)
    manager = await make.with_branches(make.viewer(await make.staff(role=Role.MANAGER, branches=[branch])))
    await decisions.decide_application(
        manager, declined.id, Outcome.DECLINE, DecisionReason.INCOME_TOO_LOW, declined.version
    )


async def _odd_people(customer: models.Customer) -> None:
    """Somebody without a name, somebody with an odd one, staff with limits, and a branch with nobody."""
    branch = await models.Branch.get(id=customer.branch_id)
    await make.customer(branch=branch, name=None, identity_number=None)
    await make.customer(branch=branch, name=ODD)
    await make.customer(branch=branch, name="𠮷")
    await make.staff(decision_limit=Decimal("0.05"), branches=[branch])
    await make.staff(name=ODD, is_active=False)
    await make.branch()


async def _sessions(viewer: Viewer) -> None:
    """Of whoever is signed in: one session more that lasts, one that ended, one that ran out."""
    if viewer.role is Role.VISITOR:
        return
    owner = {"customer_id": viewer.customer_id, "staff_id": viewer.staff_id}
    async with transaction(make.system(), "start_session") as unit:
        later, now = unit.now + timedelta(days=9), unit.now
        await models.Session.create(**owner, expires_at=later + timedelta(microseconds=120), device_name=ODD)
        await models.Session.create(**owner, expires_at=later, ended_at=now)
        await models.Session.create(**owner, expires_at=now - timedelta(microseconds=1))
        await models.Session.create(**owner, expires_at=now)


async def _ids() -> dict[str, list[str]]:
    found = {}
    for name, declared in registry.types.items():
        if declared.is_node:
            found[name] = [encode_id(name, row.pk) for row in await declared.source.all().order_by("id").limit(200)]
    assert all(found.values()), f"nothing of {[name for name, ids in found.items() if not ids]}"
    return found


async def _cursors() -> dict[str, list[str]]:
    """A list's cursors name it by the class and attribute that it was declared as."""
    declared = {
        **{f"{each.name}.{name}": how for each in registry.types.values() for name, how in each.fields.items()},
        **{f"{cls.__name__}.{name}": how for cls in registry.roots.values() for name, how in vars(cls).items()},
    }
    built, found = schema()._schema, {}
    owners = {name: cls.__name__ for cls in registry.roots.values() for name in vars(cls)}
    for kind in built.type_map.values():
        for each in kind.fields.values() if isinstance(kind, GraphQLObjectType) else ():
            item = get_named_type(each.type).name.removesuffix("Connection")
            if item == get_named_type(each.type).name or item not in registry.types:
                continue
            name = each.extensions["strawberry-definition"].python_name
            list_name = f"{owners[name] if kind is built.query_type else kind.name}.{name}"
            order = Order(list_name, declared[list_name].order_by, registry.types[item].source)
            rows = await order.model.all().order_by("id").limit(200)
            found[f"{kind.name}.{name}"] = [order.cursor(row) for row in rows]
    assert len(found) > 10
    return found
