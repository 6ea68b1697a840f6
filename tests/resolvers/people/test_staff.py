import asyncio
from decimal import Decimal

import pytest

from models import Staff, StaffBranch
from resolvers.people.staff import create_staff
from rules.people.access import Role
from rules.people.names import NameInvalid
from rules.people.staff import BranchesInvalid, LoginInvalid, LoginTaken, PasswordTooShort
from tests import make

PASSWORD = "correct horse battery"


async def test_an_account_is_opened_with_branch_and_limit(db):
    branch = await make.branch()
    staff = await create_staff(
        make.system(),
        login="Li.Ming",
        password=PASSWORD,
        name="李明",
        role=Role.OFFICER,
        branches=[branch],
        decision_limit=Decimal("50000.00"),
    )
    kept = await Staff.get()
    assert (kept.id, kept.login, kept.role, kept.decision_limit) == (staff.id, "li.ming", Role.OFFICER, Decimal(50000))
    assert kept.password_hash.startswith("$argon2id$")
    assert (await StaffBranch.get()).branch_id == branch.id


@pytest.mark.parametrize(
    ("changed", "refused"),
    [
        ({"login": "李明"}, LoginInvalid),
        ({"password": "short"}, PasswordTooShort),
        ({"name": "😀"}, NameInvalid),
        ({"role": Role.OFFICER}, BranchesInvalid),
    ],
)
async def test_an_account_that_cannot_be_is_refused_and_not_kept(db, changed, refused):
    account = {"login": "li.ming", "password": PASSWORD, "name": "李明", "role": Role.AUDITOR} | changed
    with pytest.raises(refused):
        await create_staff(make.system(), **account)
    assert not await Staff.exists()


async def test_of_two_accounts_with_one_login_opened_at_once_one_stays(db):
    account = {"login": "li.ming", "password": PASSWORD, "name": "李明", "role": Role.AUDITOR}
    opened = await asyncio.gather(*[create_staff(make.system(), **account) for _ in range(3)], return_exceptions=True)
    assert sorted(type(result).__name__ for result in opened) == ["LoginTaken", "LoginTaken", "Staff"]
    with pytest.raises(LoginTaken):
        await create_staff(make.system(), **{**account, "login": "LI.MING"})
    assert await Staff.all().count() == 1


async def test_only_admins_open_accounts(db):
    manager = make.viewer(await make.staff(role=Role.MANAGER, branches=[await make.branch()]))
    with pytest.raises(AssertionError):
        await create_staff(manager, login="li", password=PASSWORD, name="李明", role=Role.AUDITOR)
    assert await Staff.all().count() == 1
