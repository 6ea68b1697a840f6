import pytest

from rules.people.access import Role
from rules.people.staff import (
    BranchesInvalid,
    LoginInvalid,
    PasswordTooShort,
    check_branches,
    check_login,
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
