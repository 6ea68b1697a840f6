"""Causes and actions by the documents of our apps: how many statements that takes, by either executor."""

import orjson
import pytest

from api.operations import Plans
from api.trusted import document
from models.database.statements import counted
from rules.people.access import Role
from schema.build import schema
from tests import improving, make
from tests.api.operations.authors import Asked
from tests.api.operations.oracle import by_plan, by_stock

READS = {"staff/causes": (8, 3), "staff/improvement-actions": (4, 3)}
"""How many nodes there are in the end, and the most statements that the stock executor takes; a plan takes two at most."""


@pytest.mark.parametrize("name", READS)
async def test_a_list_takes_as_many_statements_for_many_as_for_one(db, name):
    schema()
    listed, most = READS[name]
    asked, plans = Asked(document(name), {}), Plans()
    viewer = await make.signed_in(await make.staff(role=Role.MANAGER))
    for causes in (1, 3):
        for _ in range(causes):
            await improving.action(await improving.cause())
        with counted() as statements:
            stock = await by_stock(viewer, asked)
        assert len(statements) <= most, statements
        with counted() as planned:
            answer = await by_plan(plans, viewer, asked)
        assert answer == stock is not None
        assert len(planned) <= 2, planned
    assert len(next(iter(orjson.loads(stock)["data"].values()))["nodes"]) == listed


async def test_a_customer_reads_neither_the_cause_of_his_case_nor_what_was_noted_of_it(db):
    case = await improving.case_of(await improving.cause())
    asked = """query($id: ID!) { node(id: $id) { ... on Case {
        outcome cause { id } entries(first: 20) { nodes { kind } } } } }"""
    sent = {"id": make.global_id("Case", case.id)}
    customer, officer = await make.viewer_of(case.customer_id), await make.officer_of(case.customer_id)
    for viewer, sees in ((customer, False), (officer, True)):
        node = orjson.loads(await by_stock(viewer, Asked(asked, sent)))["data"]["node"]
        assert node["outcome"] == "UPHELD"
        assert (node["cause"] is not None) is sees
        assert ("CAUSE_SET" in [entry["kind"] for entry in node["entries"]["nodes"]]) is sees
