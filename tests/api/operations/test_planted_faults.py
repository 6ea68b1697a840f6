"""Wrong plans, planted one by one: each gives an answer that the oracle calls wrong, or the oracle is none."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import models
from api.operations import columns, compiler, places, rows, selects, things
from api.operations.dialects import Postgres, Sqlite
from api.operations.documents import Document
from api.operations.lists import AskedList
from api.operations.places import Place
from api.operations.plans import Plans
from api.operations.rows import Rows
from api.operations.selections import Selected, Selections
from api.operations.selects import Select, Table, Writing
from api.operations.things import Things
from models.scopes import EVERYTHING, PartyTo
from rules.people.access import IN_CHARGE, Role
from schema.build import schema
from schema.declarations.fields import LOCALE
from tests.api.operations.authors import Asked, write
from tests.api.operations.oracle import Oracle, by_plan, by_stock
from tests.api.operations.trusted import trusted
from tests.journeys.test_first_loan import PROFILE

Plant = Callable[[pytest.MonkeyPatch], None]
FAULTS: list[Plant] = []

pytestmark = [
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def fault(plant: Plant) -> Plant:
    FAULTS.append(plant)
    return plant


def around(patch: pytest.MonkeyPatch, owner: Any, name: str, wrapper: Callable[..., Any]) -> None:
    """Let `wrapper` do what a method did; it is given the method, and what the method is given."""
    original = getattr(owner, name)
    patch.setattr(owner, name, lambda *given, **named: wrapper(original, *given, **named))


def without(name: str, owner: Any = Table) -> Callable[..., Any]:
    """Do as before, while a method of a table that gives conditions gives none."""

    def call(original: Any, *given: Any, **named: Any) -> Any:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(owner, name, lambda *_: [])
            return original(*given, **named)

    return call


@fault
def a_root_list_has_no_scope(patch):
    def of_root(original, self, via, where):
        return without("visible")(original, self, via, where) if via is None else original(self, via, where)

    around(patch, Select, "of_root", of_root)


@fault
def a_list_within_has_no_scope(patch):
    around(patch, Select, "of_parent", without("visible_from"))


@fault
def a_node_has_no_scope(patch):
    around(patch, Things, "node", without("visible"))


@fault
def a_joined_row_has_no_scope(patch):
    around(patch, Select, "_join", without("visible_from"))


@fault
def children_have_no_scope(patch):
    around(patch, Things, "children", without("visible"))


@fault
def who_sees_a_loan_in_part_sees_all_that_belongs_to_it(patch):
    original = selects._about
    patch.setattr(selects, "_about", lambda condition: (*original(condition)[:2], frozenset()))


@fault
def the_row_above_is_believed_to_say_everything(patch):
    around(patch, Table, "visible_from", lambda original, self, other, *_: [])


@fault
def a_party_sees_whatever_part_he_has(patch):
    def every_part(original, self, condition):
        if isinstance(condition, PartyTo):
            condition = replace(condition, roles=frozenset(type(next(iter(condition.roles)))))
        return original(self, condition)

    around(patch, Table, "_condition", every_part)


@fault
def a_mask_is_missing(patch):
    patch.setattr(Rows, "_mask", lambda self, name, _, row: self._clear(name, row))


@fault
def an_auditor_reads_in_clear(patch):
    patch.setattr(rows, "IN_CHARGE", IN_CHARGE | {Role.AUDITOR})


@fault
def an_alias_is_ignored(patch):
    def named(original, self, kind, grouped):
        return [replace(each, key=each.details[0].node.name.value) for each in original(self, kind, grouped)]

    around(patch, Selections, "_selected", named)


@fault
def two_names_are_swapped(patch):
    def swapped(original, self, kind, grouped):
        found: list[Selected] = list(original(self, kind, grouped))
        return [replace(each, key=other.key) for each, other in zip(found, found[::-1], strict=True)]

    around(patch, Selections, "_selected", swapped)


@fault
def fields_come_in_another_order(patch):
    around(patch, Selections, "_selected", lambda original, *given: sorted(original(*given), key=lambda one: one.key))


def bound(change: Callable[[Select], None]) -> Callable[..., None]:
    def call(original, self, select):
        original(self, select)
        change(select)

    return call


@fault
def a_page_is_one_row_short(patch):
    def one_less(select):
        select.limit -= 1

    around(patch, AskedList, "bound", bound(one_less))


@fault
def a_page_is_one_row_long(patch):
    patch.setattr(rows, "cut", lambda found, page: (found[: page.limit + 1][:: -1 if page.is_backward else 1], False))


@fault
def the_order_is_reversed(patch):
    def reverse(select):
        select.order = [f"{column} DESC" if "DESC" not in column else column[:-5] for column in select.order]

    around(patch, AskedList, "bound", bound(reverse))


@fault
def a_page_from_the_end_is_not_turned_round(patch):
    patch.setattr(rows, "cut", lambda found, page: (found[: page.limit], len(found) > page.limit))


@fault
def a_filter_is_dropped(patch):
    around(patch, AskedList, "bound", lambda original, self, select: original(replace(self, matches=()), select))


@fault
def a_cursor_is_not_heeded(patch):
    def from_the_start(original, self, select):
        return original(replace(self, page=replace(self.page, after=None)), select)

    around(patch, AskedList, "bound", from_the_start)


@fault
def what_a_declaration_fixes_is_dropped(patch):
    patch.setattr(Table, "equal", lambda *_: [])


@fault
def a_cursor_names_another_list(patch):
    for module in (rows, things, compiler):
        patch.setattr(module, "fixed_name", lambda cls, name: f"{cls.__name__}.{name}s")


@fault
def there_is_always_more(patch):
    patch.setattr(rows, "has_next_page", lambda page, *, has_more: True)


@fault
def there_is_never_anything_before(patch):
    patch.setattr(rows, "has_previous_page", lambda page, *, has_more: False)


@fault
def a_count_counts_all(patch):
    around(patch, Rows, "_count", lambda original, self, model, via, where: original(self, model, via, {}))


@fault
def a_list_with_few_is_not_counted(patch):
    patch.setattr(Rows, "is_counted", lambda *_: False)


@fault
def a_row_that_is_not_there_is_an_empty_object(patch):
    patch.setattr(Place, "missing", lambda *_: "{}")


@fault
def an_enum_is_written_in_small_letters(patch):
    original = rows.enum_names
    patch.setattr(rows, "enum_names", lambda kind: {value: name.lower() for value, name in original(kind).items()})


@fault
def amounts_below_zero_are_rounded_down(patch):
    patch.setitem(columns.NAMES, "cents", lambda value: f"{value // 100}.{value % 100:02d}")


@fault
def amounts_are_a_hundredth_off(patch):
    patch.setitem(columns.NAMES, "hundredths", (*columns.HUNDREDTHS[1:], ".99"))


@fault
def rates_have_four_decimals(patch):
    patch.setitem(columns.NAMES, "millionths", lambda value: f"{value // 1_000_000}.{value % 1_000_000 // 100:04d}")


@fault
def parts_of_a_second_are_lost(patch):
    for dialect in (Postgres, Sqlite):
        patch.setattr(dialect, "instant", lambda self, text: f"{text[:10]}T{text[11:19]}Z")


@fault
def everybody_speaks_chinese(patch):
    patch.setitem(places.AMBIENTS, LOCALE, "type(run.locale).ZH_CN")


@fault
def a_plan_is_used_for_any_role(patch):
    def for_auditors(original, self, schema, known, values, _):
        return original(self, schema, known, values, Role.AUDITOR)

    around(patch, Plans, "_plan", for_auditors)


@fault
def a_plan_is_used_for_any_shape(patch):
    patch.setattr(Document, "shape", lambda *_: ())


@fault
def a_plan_remembers_who_asked_first(patch):
    first: dict[Any, Any] = {}

    def remembering(original, self, name, give, kind, **named):
        if name == "key":
            return original(self, name, give, kind, **named)
        return original(self, name, lambda run, key: first.setdefault(name, give(run, key)), kind, **named)

    around(patch, Writing, "value", remembering)


@fault
def a_filter_is_that_of_the_first_run(patch):
    def asked_once(original, *given):
        asked, found = original(*given), {}
        return replace(asked, request=lambda run: found.setdefault("first", asked.request(run)))

    around(patch, compiler, "ask_list", asked_once)


async def test_every_wrong_plan_is_called_wrong(house):
    built = schema()._schema
    written = [*trusted(house), *[write(seed, 20, built, house) for seed in range(30)]]
    asked = [(viewer, each) for each in written for viewer in house.viewers]
    expected = [await by_stock(viewer, each) for viewer, each in asked]
    escaped = []
    for plant in FAULTS:
        with pytest.MonkeyPatch.context() as patch:
            plant(patch)
            wrong = Plans()
            for (viewer, each), right in zip(asked, expected, strict=True):
                answer = await by_plan(wrong, viewer, each)
                if answer is not None and answer != right:
                    break
            else:
                escaped.append(plant.__name__)
    assert len(FAULTS) > 30
    assert not escaped


async def test_a_customer_who_saw_another_would_see_masks(house, monkeypatch):
    """Nobody shares a masked row yet. Were it so, owners alone would read in clear; forgetting it would be called wrong."""
    for model in (models.Customer, models.BankAccount):
        monkeypatch.setattr(model, "scope", classmethod(lambda cls, role: EVERYTHING))
    customers = [viewer for viewer in house.viewers if viewer.role is Role.CUSTOMER]
    asked = [Asked(PROFILE, {"id": each}) for each in house.ids["Customer"]]
    oracle = Oracle(customers)
    for each in asked:
        await oracle.compare(each)
    assert oracle.counts["answered"] == len(customers) * len(asked)
    original = Rows._masked
    monkeypatch.setattr(Rows, "_masked", lambda *given: original(*given).replace(" == run.me", " is not None"))
    oracle = Oracle(customers)
    with pytest.raises(AssertionError, match="phone"):
        for each in asked:
            await oracle.compare(each)
