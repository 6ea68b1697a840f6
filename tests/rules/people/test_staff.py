from decimal import Decimal

import pytest

from rules.people.access import ALL_STAFF, IN_CHARGE, Role
from rules.people.staff import (
    BranchesInvalid,
    LimitInvalid,
    LoginInvalid,
    OwnAccount,
    PasswordTooShort,
    StaffRole,
    check_branches,
    check_limit,
    check_login,
    check_not_self,
    check_password,
)


def test_a_login_is_kept_in_lower_case():
    assert check_login("  Li.Ming@SH01 ") == "li.ming@sh01"


@pytest.mark.parametrize("login", ["", " ", ".li", "li ming", "李明", "l" * 65, "ｌｉ"])
def test_a_login_that_is_hard_to_type_is_refused(login):
    with pytest.raises(LoginInvalid):
        check_login(login)


def test_a_password_is_long_rather_than_complicated():
    check_password("aaaaaaaaaa")
    with pytest.raises(PasswordTooShort) as refused:
        check_password("Aa1!")
    assert refused.value.minimum == 10


@pytest.mark.parametrize(
    ("role", "counts"),
    [
        (Role.OFFICER, {1}),
        (Role.MANAGER, {1, 2}),
        (Role.MARKETER, {0}),
        (Role.AUDITOR, {0}),
        (Role.ADMIN, {0}),
    ],
)
def test_only_who_looks_after_customers_works_for_branches(role, counts):
    for count in range(3):
        if count in counts:
            check_branches(role, count)
        else:
            with pytest.raises(BranchesInvalid):
                check_branches(role, count)


@pytest.mark.parametrize("role", sorted(ALL_STAFF))
def test_only_who_decides_has_a_limit(role):
    check_limit(role, None)
    if role in IN_CHARGE:
        check_limit(role, Decimal("0.00"))
        check_limit(role, Decimal("50000.00"))
    else:
        with pytest.raises(LimitInvalid):
            check_limit(role, Decimal("50000.00"))


@pytest.mark.parametrize("limit", ["-0.01", "0.001", "-1000"])
def test_a_limit_is_an_amount(limit):
    with pytest.raises(LimitInvalid):
        check_limit(Role.OFFICER, Decimal(limit))


def test_nobody_changes_himself():
    with pytest.raises(OwnAccount):
        check_not_self(7, 7)
    check_not_self(7, 8)
    check_not_self(None, 8)


def test_the_roles_that_can_be_given_are_those_of_staff():
    assert {Role(role) for role in StaffRole} == ALL_STAFF
