from decimal import Decimal

import pytest

from rules.applications.decisions import AboveLimit, check_decider
from rules.money import ZERO, Money
from rules.people.access import IN_CHARGE, Role
from rules.people.staff import SamePerson


def decide(role=Role.OFFICER, limit="50000", amount="20000", *, recommended_by_him=False, lacks_recommendation=False):
    check_decider(
        role,
        None if limit is None else Decimal(limit),
        Decimal(amount),
        "CNY",
        recommended_by_him=recommended_by_him,
        lacks_recommendation=lacks_recommendation,
    )


@pytest.mark.parametrize("amount", ["20000", "50000.00"])
@pytest.mark.parametrize("role", [Role.OFFICER, Role.MANAGER])
def test_up_to_his_limit_anybody_in_charge_decides(role, amount):
    decide(role, amount=amount)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.MANAGER])
def test_a_cent_above_his_limit_he_does_not_and_is_told_the_limit(role):
    with pytest.raises(AboveLimit) as refused:
        decide(role, amount="50000.01")
    assert refused.value.limit == Money(Decimal(50000), "CNY")


def test_an_officer_without_a_limit_decides_nothing():
    with pytest.raises(AboveLimit) as refused:
        decide(limit=None, amount="0.01")
    assert refused.value.limit == Money(ZERO, "CNY")


def test_a_manager_without_a_limit_decides_anything():
    decide(Role.MANAGER, None, "9999999999999.99")


def test_a_limit_of_zero_is_a_limit_for_a_manager_too():
    with pytest.raises(AboveLimit):
        decide(Role.MANAGER, "0", "0.01")


@pytest.mark.parametrize("role", [Role.OFFICER, Role.MANAGER])
def test_nobody_decides_what_he_recommended(role):
    with pytest.raises(SamePerson):
        decide(role, recommended_by_him=True)


@pytest.mark.parametrize("role", sorted(set(Role) - IN_CHARGE))
def test_that_anybody_else_decides_is_our_mistake(role):
    with pytest.raises(AssertionError):
        decide(role)
