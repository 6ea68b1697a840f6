"""Applications as far as a test needs them."""

from decimal import Decimal
from typing import Any

from models import Application, Branch, CostDisclosure, Customer, Offer, Staff, Viewer
from resolvers.applications.applications import start_application, submit_application
from resolvers.applications.decisions import decide_application
from resolvers.applications.disclosures import acknowledge_disclosure
from rules.applications.kinds import DecisionReason, Outcome, Purpose
from rules.money import Money
from rules.people.access import Role
from tests import make


def yuan(amount: str) -> Money:
    return Money(Decimal(amount), "CNY")


async def drafted(customer: Customer, amount: str = "120000.00", **terms: Any) -> Application:
    """A draft whose cost disclosure is acknowledged."""
    product = await make.product(**terms)
    application = await start_application(make.viewer(customer), product.id, yuan(amount), 12)
    disclosure = await CostDisclosure.get(application_id=application.id)
    await acknowledge_disclosure(make.viewer(customer), disclosure.id)
    return application


async def submitted(customer: Customer, amount: str = "120000.00", **terms: Any) -> Application:
    application = await drafted(customer, amount, **terms)
    return await submit_application(
        make.viewer(customer), application.id, Purpose.EDUCATION, version=application.version
    )


async def desk(customer: Customer, role: Role = Role.OFFICER, **columns) -> tuple[Staff, Viewer]:
    """Somebody who looks after the customer, by default with a limit of 200,000.00."""
    branch = await Branch.get(id=customer.branch_id)
    columns = {"decision_limit": Decimal("200000.00")} | columns
    staff = await make.staff(role=role, branches=[branch], **columns)
    return staff, await make.with_branches(make.viewer(staff))


async def offered(customer: Customer, amount: str = "120000.00", **terms: Any) -> Offer:
    application = await submitted(customer, amount, **terms)
    _, officer = await desk(customer)
    await decide_application(
        officer, application.id, Outcome.APPROVE, DecisionReason.AFFORDABLE, version=application.version
    )
    return await Offer.get(application_id=application.id)
