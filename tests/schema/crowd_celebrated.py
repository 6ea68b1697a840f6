"""What the crowd reached."""

import models
from rules.loyalty.milestones import MilestoneKind
from tests import make


async def celebrate(loan: models.Loan) -> None:
    """A customer of a year whose loan is a year old."""
    async with make.unit():
        said = {"customer_id": loan.customer_id, "reached_on": make.clock.today()}
        await models.Milestone.create(kind=MilestoneKind.ANNIVERSARY, subject=1, years=1, **said)
        await models.Milestone.create(kind=MilestoneKind.FIRST_YEAR_ON_TIME, subject=loan.id, loan_id=loan.id, **said)
