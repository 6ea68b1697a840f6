import importlib
import pkgutil
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from enum import Enum

import pytest

import rules
from rules.errors import Conflict, KeyReused, NotFound, Refused
from rules.money import Money


def every_refusal():
    for module in pkgutil.walk_packages(rules.__path__, "rules."):
        importlib.import_module(module.name)
    found, left = [], [Refused]
    while left:
        subclasses = [each for each in left.pop().__subclasses__() if each.__module__.startswith("rules.")]
        found += subclasses
        left += subclasses
    assert len(found) > 20
    return found


def test_no_two_refusals_share_a_code():
    codes = [refusal.code for refusal in every_refusal()]
    assert len(set(codes)) == len(codes)
    assert all(code == code.upper() and " " not in code for code in codes)


def test_every_refusal_says_what_it_means():
    assert not [refusal for refusal in every_refusal() if not refusal.__dict__.get("__doc__", "").strip().endswith(".")]


def is_plain(kind: object) -> bool:
    plain = (int, str, Decimal, date, datetime, Enum, Money)
    return kind == tuple[int, ...] or (isinstance(kind, type) and issubclass(kind, plain))


def test_the_named_values_of_refusals_are_plain():
    for refusal in every_refusal():
        assert all(is_plain(field.type) for field in fields(refusal)), refusal


def test_a_refusal_carries_its_values_and_can_be_raised_twice():
    refused = Conflict(current_version=4)
    for _ in range(2):
        with pytest.raises(Conflict) as caught:
            raise refused
        assert caught.value.current_version == 4


def test_refusals_are_themselves_and_not_their_values():
    assert NotFound() != NotFound()
    assert len({NotFound(), NotFound()}) == 2
    assert KeyReused.path == ("key",)
    assert NotFound.path == ()


def test_a_refusal_without_a_code_fails_when_it_is_declared():
    with pytest.raises(AssertionError, match="needs a code"):

        @dataclass(eq=False)
        class Vague(Refused):
            pass
