"""Every example of docs/lending.md is sent to `previewSchedule`, and its tables compared with the answer."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from rules.people.access import Role
from rules.products import kinds
from schema.build import schema
from schema.context import Context
from tests import make

PAGE = Path(__file__).parent.parent / "docs" / "lending.md"
_SPLIT = "{ costs { amount } penalty { amount } interest { amount } principal { amount } credit { amount } total { amount } }"
PREVIEW = f"""
query Preview($input: PreviewScheduleInput!) {{ previewSchedule(input: $input) {{ __typename
  ... on PreviewScheduleSuccess {{ lent {{ amount }} received {{ amount }} installment {{ amount }} annualCost
    annualCostCompound
    lines {{ number startsOn endsOn dueOn principal {{ amount }} interest {{ amount }} costs {{ amount }}
      total {{ amount }} penalty {{ amount }} paid {{ amount }} balance {{ amount }} }}
    events {{ split {_SPLIT} }} shares {{ split {_SPLIT} }} due {_SPLIT} payoff {_SPLIT}
    outstanding {{ amount }} credit {{ amount }} totalInterest {{ amount }} totalFees {{ amount }}
    totalCost {{ amount }} }}
  ... on UserError {{ code message }} }} }}
"""


def figure(answer: Any, path: str) -> str:
    """Follow a path of names and places through an answer."""
    for step in path.split("."):
        answer = answer[int(step)] if step.isdecimal() else answer[step]
    return str(answer["amount"] if isinstance(answer, dict) else answer)


def examples(page: str) -> list[tuple[str, dict[str, Any], list[list[list[str]]]]]:
    """Give each example: its heading, what it changes, and its tables as rows of cells."""
    found = []
    for section in re.split(r"^#{2,3} ", page, flags=re.MULTILINE)[1:]:
        heading, _, body = section.partition("\n")
        block = re.search(r"```json\n(.*?)```(.*)", body, flags=re.DOTALL)
        if block is not None:
            tables = re.findall(r"(?:^\|.*\n)+", block[2], flags=re.MULTILINE)
            rows = [
                [[cell.strip() for cell in row.strip("|").split("|")] for row in each.splitlines()] for each in tables
            ]
            found.append((heading, json.loads(block[1]), rows))
    return found


def base(page: str) -> dict[str, Any]:
    block = re.search(r"```json\n(.*?)```", page, flags=re.DOTALL)
    assert block is not None
    return json.loads(block[1])


def differences(answer: dict[str, Any], tables: list[list[list[str]]]) -> list[str]:
    """Say where the tables say something else than the answer."""
    found = []
    for header, _, *rows in tables:
        for row in rows:
            if header == ["figure", "value"]:
                found += [] if figure(answer, row[0]) == row[1] else [f"{row[0]} is {figure(answer, row[0])}"]
                continue
            line = next((line for line in answer["lines"] if str(line["number"]) == row[0]), None)
            cells = None if line is None else [figure(line, column) for column in header]
            found += [] if cells == row else [f"line {row[0]} is {cells}"]
    return found


async def test_every_example_of_the_page_is_what_the_rules_say(db):
    schema()
    page = PAGE.read_text("utf-8")
    staff = make.viewer(await make.staff(role=Role.MANAGER))
    checked = 0
    for heading, changed, tables in examples(page):
        given = {"input": base(page) | changed}
        answer = await schema().execute(PREVIEW, variable_values=given, context_value=Context(staff))
        assert not answer.errors, (heading, answer.errors)
        assert differences(answer.data["previewSchedule"], tables) == [], heading
        assert tables, f"{heading} shows nothing"
        checked += sum(len(table) - 2 for table in tables)
    assert checked > 120


def test_a_figure_that_is_wrong_is_noticed():
    answer = {"lines": [{"number": 1, "total": {"amount": "2.00"}}], "credit": {"amount": "1.00"}}
    right = [
        [["number", "total"], ["---", "---"], ["1", "2.00"]],
        [["figure", "value"], ["---", "---"], ["credit", "1.00"]],
    ]
    assert differences(answer, right) == []
    wrong = [
        [["number", "total"], ["---", "---"], ["1", "2.01"], ["2", "2.00"]],
        [["figure", "value"], [], ["credit", "2"]],
    ]
    assert len(differences(answer, wrong)) == 3


@pytest.mark.parametrize(
    "enum", [kinds.RepaymentMethod, kinds.DayCount, kinds.Frequency, kinds.FeeKind, kinds.PayoffRule]
)
def test_each_member_of_what_can_be_chosen_stands_on_the_page(enum):
    page = PAGE.read_text("utf-8")
    assert [member.name for member in enum if member.name not in page] == []
