"""Reading and finding articles by the documents of our apps: how many statements that takes, by either executor."""

import orjson
import pytest

from api.operations import Plans
from api.trusted import document
from models.database.statements import counted
from rules.people.access import Role
from schema.build import schema
from tests import make, teaching
from tests.api.operations.authors import Asked
from tests.api.operations.oracle import by_plan, by_stock

READS = {
    "everybody/articles": ({}, 2),
    "everybody/search-articles": ({"input": {"text": "怎么提前还款 early"}}, 2),
    "staff/articles-by-review": ({}, 3),
    "staff/staff-lessons": ({}, 1),
}
"""What each is asked with, and the most statements that the stock executor takes; a plan takes no more."""


@pytest.mark.parametrize("name", READS)
async def test_a_list_takes_as_many_statements_for_many_as_for_one(db, name):
    schema()
    sent, most = READS[name]
    asked, plans = Asked(document(name), sent), Plans()
    viewers = [await make.signed_in(await make.staff(role=Role.MANAGER))]
    if name.startswith("everybody"):
        viewers += [make.visitor(), make.viewer(await make.customer())]
    for texts in (1, 4):
        for _ in range(texts):
            await teaching.published()
        for viewer in viewers:
            with counted() as statements:
                stock = await by_stock(viewer, asked)
            assert len(statements) <= most, statements
            with counted() as planned:
                answer = await by_plan(plans, viewer, asked)
            assert answer == stock is not None
            assert len(planned) <= min(most, 2), planned
    listed = next(iter(orjson.loads(stock)["data"].values()))
    expected = 0 if name == "staff/staff-lessons" else 5
    assert len(listed.get("found", listed.get("nodes"))) == expected
