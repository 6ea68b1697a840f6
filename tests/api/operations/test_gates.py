"""What a plan costs, without a clock: statements, columns, calls of the compiler, and what is remembered."""

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest
from graphql import FieldNode, GraphQLObjectType, TypeInfo, TypeInfoVisitor, Visitor, get_named_type, parse, visit

import models
from api.operations import Plans, documents, selections
from api.operations.plans import MOST_DOCUMENTS, MOST_PLANS
from api.operations.selects import Select, Table
from models.database.statements import counted
from models.fields import MaskField
from rules.people.access import Role
from schema.build import schema
from schema.context import Context
from schema.declarations import registry
from schema.declarations.fields import (
    Children,
    Column,
    Computed,
    ConnectionList,
    Masked,
    MoneyColumn,
)
from tests import make
from tests.api.operations.authors import Asked
from tests.api.operations.oracle import by_plan, parsed
from tests.api.operations.trusted import CASES, trusted
from tests.schema.test_operations import EXPORT, HOME, OFFICER_LIST, SCHEDULE


async def test_every_trusted_read_takes_one_or_two_statements(house):
    met, plans = Counter(), Plans()
    ours = [asked for asked in trusted(house) if asked.document not in CASES]
    for asked in ours:
        for viewer in house.viewers:
            with counted() as statements:
                answer = await by_plan(plans, viewer, asked)
            if answer is not None and "$input" not in asked.document:
                assert len(statements) <= 2, (asked, statements)
                met[len(statements)] += 1
    assert met[1] > met[0]
    assert met.total() > 200


async def test_what_the_apps_live_by_takes_one_statement_however_much_there_is(house):
    customer, officer = house.viewer(Role.CUSTOMER), house.viewer(Role.OFFICER)
    for viewer, asked in (
        (customer, Asked(HOME)),
        (customer, Asked(SCHEDULE, {"id": house.ids["Loan"][0]})),
        (officer, Asked(OFFICER_LIST, {"branch": house.ids["Branch"][0]})),
        (officer, Asked(EXPORT)),
        (officer, Asked(own("late-loans"))),
        (officer, Asked(own("customer"), {"id": house.ids["Customer"][0]})),
    ):
        with counted() as statements:
            answer = await by_plan(Plans(), viewer, asked)
        assert answer is not None
        assert len(answer) > 200, "there is something in it"
        assert len(statements) == 1, statements


async def test_an_officers_desk_and_queue_take_a_statement_for_each_list(house):
    officer = house.viewer(Role.OFFICER)
    for asked, count in (
        (Asked(own("desk"), {"me": house.ids["Staff"][0]}), 2),
        (Asked(own("queue")), 1),
        (Asked(own("cases")), 1),
    ):
        with counted() as statements:
            assert await by_plan(Plans(), officer, asked) is not None
        assert len(statements) == count, statements


def own(name: str) -> str:
    """A document of the desk's app."""
    return (Path(__file__).parents[3] / "api" / "trusted" / "staff" / f"{name}.graphql").read_text("utf-8")


def needed(document: str) -> dict[type, set[str]]:
    """The columns of each model that a document needs: said here again, from the declarations alone."""
    columns: dict[type, set[str]] = defaultdict(set)
    built = schema()._schema
    info = TypeInfo(built)

    class Reader(Visitor):
        def enter_field(self, node: FieldNode, *_: Any) -> None:
            parent, field = info.get_parent_type(), info.get_field_def()
            declared = registry.types.get(parent.name) if parent is not None else None
            if field is None or "strawberry-definition" not in field.extensions:
                return
            name = field.extensions["strawberry-definition"].python_name
            how: Any = None
            if declared is not None and declared.is_node:
                columns[declared.source] |= own_columns(declared, name)
                how = declared.fields.get(name)
            elif parent is built.query_type:
                how = next((vars(cls).get(name) for cls in registry.roots.values() if name in vars(cls)), None)
            target = get_named_type(field.type)
            if field is built.query_type.fields["node"]:
                for each in registry.types.values():
                    if each.is_node:
                        columns[each.source].add("id")
            if isinstance(how, ConnectionList):
                item = get_named_type(target.fields["nodes"].type)
                if any(word in document for word in ("ursor", "edges")):
                    columns[registry.types[item.name].source] |= {how.order_by, "id"}
            elif (
                isinstance(target, GraphQLObjectType)
                and target.name in registry.types
                and not isinstance(how, Children)
            ):
                source = registry.types[target.name].source
                if registry.types[target.name].is_node:
                    columns[source].add("id")  # Which says whether the row is there.

    visit(parse(document), TypeInfoVisitor(info, Reader()))
    return columns


def own_columns(declared: registry.DeclaredType, name: str) -> set[str]:
    if name == "id":
        return {"id"}
    model = declared.source
    match declared.fields[name]:
        case Column(column):
            return {column or name}
        case MoneyColumn(names):
            return {*(names or (name,)), "currency"}
        case Masked(column=column):
            masks = {
                mask for mask, field in model._meta.fields_map.items()
                if isinstance(field, MaskField) and field.of == (column or name)
            }  # fmt: skip
            return {column or name, model.owner_key, *masks}
        case Computed(needs=needs):
            return {need for need in needs if isinstance(need, str)}
    return set()


async def test_no_column_is_fetched_that_nothing_needs(house, monkeypatch):
    fetched: dict[type, set[str]] = defaultdict(set)
    original = Select.output

    def output(self: Select, table: Table, name: str) -> int:
        fetched[table.model].add(name)
        return original(self, table, name)

    monkeypatch.setattr(Select, "output", output)
    seen, plans = 0, Plans()
    for asked in trusted(house):
        for viewer in house.viewers:
            fetched.clear()
            if await by_plan(plans, viewer, asked) is None:
                continue
            allowed = needed(asked.document)
            for model, names in fetched.items():
                assert names <= allowed[model], (asked.document, model, names - allowed[model])
                seen += len(names)
    assert seen > 500


async def test_a_mask_is_read_without_what_it_hides(house):
    auditor, officer = house.viewer(Role.AUDITOR), house.viewer(Role.OFFICER)
    for viewer in (auditor, officer):
        with counted() as statements:
            answer = await by_plan(Plans(), viewer, Asked("{ customers { nodes { phone identityNumber } } }"))
        assert answer is not None
        assert '"phone_mask"' in statements[0]
        assert '."phone"' not in statements[0]
        assert '."identity_number"' not in statements[0]


@pytest.fixture
async def visitor(db) -> models.Viewer:
    schema()
    return make.visitor()


async def test_ten_thousand_documents_leave_no_more_than_are_remembered(visitor, monkeypatch):
    """They are one document under ten thousand texts, and taken as valid: what is shown is what is remembered."""
    monkeypatch.setattr(documents, "validate_document", lambda *_: [])
    plans, document = Plans(), parsed("{ viewer { role } }")
    (operation,) = document.definitions
    for number in range(10_000):
        context, text = Context(visitor), f"{{ viewer {{ role }} }} # {number}"
        assert await plans.answer(schema()._schema, text, document, operation, {}, context)
        documents_kept, plans_kept = plans.sizes()
        assert documents_kept == plans_kept == min(number + 1, MOST_DOCUMENTS)


async def test_what_is_not_valid_is_not_remembered(visitor):
    plans = Plans()
    for number in range(100):
        assert await by_plan(plans, visitor, Asked(f"{{ viewer {{ nothing{number} }} }}")) is None
        assert await by_plan(plans, visitor, Asked(f"query($a{number}: Int!) {{ viewer {{ role }} }}", {})) is None
    assert plans.sizes()[1] == 0
    assert not plans.counts


async def test_one_document_has_no_more_plans_than_are_remembered(visitor):
    plans = Plans()
    names = [f"v{number}" for number in range(7)]
    fields = " ".join(f"{name}: role @skip(if: ${name})" for name in names)
    document = f"query({', '.join(f'${name}: Boolean!' for name in names)}) {{ viewer {{ {fields} }} }}"
    for number in range(2**7):
        variables = {name: bool(number >> place & 1) for place, name in enumerate(names)}
        answer = await by_plan(plans, visitor, Asked(document, variables))
        assert answer is not None
        assert answer.count(b"VISITOR") == 7 - number.bit_count()
    assert plans.counts["compiled"] == 2**7
    assert plans.sizes() == (1, MOST_PLANS)


@pytest.fixture
def calls(monkeypatch) -> Counter:
    """How often the compiler looks at selections, and how often a document is validated."""
    count: Counter[str] = Counter()
    for module, name in (
        (selections, "collect_fields"),
        (selections, "collect_subfields"),
        (documents, "validate_document"),
    ):
        original = getattr(module, name)

        def called(*given: Any, original: Any = original, name: str = name) -> Any:
            count[name] += 1
            return original(*given)

        monkeypatch.setattr(module, name, called)
    return count


def wide(size: int) -> str:
    return f"{{ products {{ {' '.join(f'a{number}: currentVersion {{ id }}' for number in range(size))} }} }}"


def deep(size: int) -> str:
    return f"{{ products {{ {'currentVersion { product { ' * size} id {'} } ' * size} }} }}"


def lists(size: int) -> str:
    each = " ".join(f"a{number}: loans(first: 1) {{ totalCount nodes {{ id }} }}" for number in range(size))
    return f"{{ viewer {{ customer {{ {each} }} }} }}"


def lists_in_lists(size: int) -> str:
    times = size // 4
    return f"{{ viewer {{ customer {{ {'loans { totalCount nodes { customer { ' * times} id {'} } }' * times} }} }} }}"


def roots(size: int) -> str:
    return f"{{ {' '.join(f'a{number}: viewer {{ role staff {{ id }} }}' for number in range(size))} }}"


@pytest.mark.parametrize("write", [wide, deep, lists, lists_in_lists, roots])
async def test_compiling_grows_with_the_document_and_no_faster(house, calls, write):
    viewer, counts = house.viewer(Role.CUSTOMER), []
    for size in (4, 8, 16):
        plans = Plans()
        calls.clear()
        assert await by_plan(plans, viewer, Asked(write(size))) is not None
        counts.append(calls.total())
        assert calls["validate_document"] == 1
        assert await by_plan(plans, viewer, Asked(write(size))) is not None
        assert calls.total() == counts[-1], "the second time nothing is compiled"
        assert plans.counts["compiled"] == 1
    small, middle, large = counts
    assert large - middle == 2 * (middle - small), counts
