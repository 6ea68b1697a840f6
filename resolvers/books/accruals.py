"""At the end of a month the interest that was earned and not paid is income; the next day it is not, until it is paid."""

from collections.abc import Sequence
from datetime import date

from models.books.accruals import Accrued, accrued_on
from models.database import Unit
from resolvers.books import journal
from resolvers.books.journal import Draft
from rules.books.accounts import AccountCode


async def book(unit: Unit) -> list[Accrued]:
    """Book what was earned by today: an entry for each product and branch; gives them, to be reversed."""
    accrued = await accrued_on(unit.today)
    await journal.post_all(unit, [_draft("Accrual", unit.today, each) for each in accrued], booked_on=unit.today)
    return accrued


async def reverse(unit: Unit, accrued: Sequence[Accrued], *, booked_on: date) -> None:
    """Take back what `book` booked today."""
    drafts = [_draft("AccrualReversal", unit.today, each._replace(amount=-each.amount)) for each in accrued]
    await journal.post_all(unit, drafts, booked_on=booked_on)


def _draft(kind: str, on: date, accrued: Accrued) -> Draft:
    """Name the entry by its day, product and branch: nothing accrues twice."""
    return Draft(
        source=f"{kind}:{on}:{accrued.currency}:{accrued.product_id}:{accrued.branch_id}",
        currency=accrued.currency,
        amounts={AccountCode.ACCRUED_INTEREST: accrued.amount, AccountCode.INTEREST_INCOME: -accrued.amount},
    )
