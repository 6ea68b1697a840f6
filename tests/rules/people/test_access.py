import itertools

import pytest

from rules.people.access import (
    ALL_PARTIES,
    ALL_STAFF,
    EVERYONE,
    IN_CHARGE,
    OWNER,
    PAYERS,
    SIGNED_IN,
    STAFF_IN_CHARGE,
    ClearTo,
    PartyRole,
    Role,
    is_clear,
)


def test_every_role_is_a_customer_staff_a_visitor_or_the_system():
    assert ALL_STAFF | {Role.CUSTOMER} == SIGNED_IN
    assert Role.CUSTOMER not in ALL_STAFF
    assert set(Role) == EVERYONE | {Role.SYSTEM}
    assert {Role.OFFICER, Role.MANAGER} == IN_CHARGE


def test_the_guarantor_is_the_only_party_who_does_not_pay():
    assert {PartyRole.GUARANTOR} == ALL_PARTIES - PAYERS


@pytest.mark.parametrize("role", Role)
def test_a_value_clear_to_the_owner_is_clear_to_nobody_else(role):
    assert is_clear(OWNER, role, is_owner=True)
    assert not is_clear(OWNER, role, is_owner=False)


@pytest.mark.parametrize("role", Role)
def test_a_value_clear_to_staff_in_charge_is_clear_to_officers_and_managers_only(role):
    assert is_clear(STAFF_IN_CHARGE, role, is_owner=False) == (role in {Role.OFFICER, Role.MANAGER})


@pytest.mark.parametrize(("role", "is_owner"), list(itertools.product(Role, (True, False))))
def test_a_value_clear_to_both_is_clear_to_each_of_them_and_one_clear_to_none_to_nobody(role, is_owner):
    assert is_clear(OWNER | STAFF_IN_CHARGE, role, is_owner=is_owner) == (is_owner or role in IN_CHARGE)
    assert not is_clear(ClearTo(0), role, is_owner=is_owner)
