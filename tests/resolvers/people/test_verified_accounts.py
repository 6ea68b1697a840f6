import asyncio

import pytest

from models import BankAccount, Contract, Customer, Payout, Viewer
from resolvers.applications.contracts import sign_contract
from resolvers.payments.payouts import fail_payout, release_payout
from resolvers.payments.providers.manual import Manual
from resolvers.payments.providers.sandbox import Sandbox
from resolvers.people.bank_accounts import add_bank_account, verify_bank_account
from resolvers.people.customers import identify
from rules.errors import NotFound
from rules.loans.states import LoanStatus
from rules.payments.payouts import PayoutFailure
from rules.people.bank_accounts import AccountStatus, BankAccountNotVerified
from rules.states import NotPossibleNow
from tests import make

CARD = "6222021234567890128"


@pytest.fixture
async def customer(db) -> Customer:
    return await make.customer()


@pytest.fixture
async def me(customer) -> Viewer:
    return await make.signed_in(customer)


@pytest.fixture
async def contract(customer) -> Contract:
    return await make.contract(customer)


async def test_who_moves_the_money_says_in_whose_name_an_account_is(me):
    account = await add_bank_account(me, "工商银行", CARD)
    assert (account.status, account.verified_at) == (AccountStatus.VERIFIED, me.now)


async def test_without_a_name_or_an_answer_it_is_asked_again_later(db):
    nobody = await make.signed_in(await make.customer(name=None, identity_number=None))
    account = await add_bank_account(nobody, "工商银行", CARD)
    assert account.status is AccountStatus.UNVERIFIED
    await identify(nobody, "李小雨", make.identity_number())
    make.sandbox().names[CARD] = None
    assert (await verify_bank_account(nobody, bank_account_id=account.id)).status is AccountStatus.UNVERIFIED
    make.sandbox().names[CARD] = True
    assert (await verify_bank_account(nobody, bank_account_id=account.id)).status is AccountStatus.VERIFIED
    stranger = await make.signed_in(await make.customer())
    before = await make.everything()
    for viewer, id in ((stranger, account.id), (nobody, 999)):
        with pytest.raises(NotFound):
            await verify_bank_account(viewer, bank_account_id=id)
    assert await make.everything() == before


class Down(Sandbox):
    """A provider whose line is down where names are asked for."""

    async def verify_account(self, account_number: str, name: str, identity_number: str) -> bool | None:
        raise ConnectionRefusedError


@pytest.mark.parametrize("says", ["differs", "unknown", "down"])
async def test_no_money_goes_to_an_account_that_may_be_anothers(me, contract, says):
    if says == "down":
        make.provide(Down())
    else:
        make.sandbox().names[CARD] = False if says == "differs" else None
    account = await add_bank_account(me, "工商银行", CARD)
    assert account.status is (AccountStatus.NAME_DIFFERS if says == "differs" else AccountStatus.UNVERIFIED)
    signing = {"contract_id": contract.id, "bank_account_id": account.id, "key": "sign"}
    before = await make.everything()
    with pytest.raises(BankAccountNotVerified):
        await sign_contract(me, **signing)
    assert await make.everything() == before
    make.provide(Sandbox())
    await verify_bank_account(me, bank_account_id=account.id)
    assert (await sign_contract(me, **signing)).loan.status is LoanStatus.ACTIVE


async def test_where_nobody_can_say_beforehand_the_bank_does(me, customer, contract):
    make.provide(Manual())
    account = await add_bank_account(me, "工商银行", CARD)
    assert account.status is AccountStatus.UNVERIFIED
    signing = {"contract_id": contract.id, "bank_account_id": account.id}
    await sign_contract(me, key="sign", **signing)
    payout = await Payout.get()
    first, second = [await make.manager_of(customer.id) for _ in range(2)]
    await release_payout(first, payout_id=payout.id, key="release")
    await fail_payout(second, payout_id=payout.id, reason=PayoutFailure.NAME_DIFFERS, key="fail")
    assert (await BankAccount.get(id=account.id)).status is AccountStatus.NAME_DIFFERS
    before = await make.everything()
    with pytest.raises(BankAccountNotVerified):
        await sign_contract(me, key="again", **signing)
    assert await make.everything() == before
    with pytest.raises(BankAccountNotVerified):
        await release_payout(second, payout_id=payout.id, key="release again")
    assert await make.everything() == before
    again = await add_bank_account(me, "工商银行", CARD)
    assert (again.id, again.status) == (account.id, AccountStatus.UNVERIFIED)
    await sign_contract(me, key="again", **signing)
    assert await Payout.all().count() == 2


async def test_what_was_verified_is_asked_again_before_money_goes(me, contract):
    account = await add_bank_account(me, "工商银行", CARD)
    assert account.status is AccountStatus.VERIFIED
    make.sandbox().names[CARD] = False
    with pytest.raises(BankAccountNotVerified):
        await sign_contract(me, contract_id=contract.id, bank_account_id=account.id, key="sign")
    assert await Payout.all().count() == 0


async def test_what_nobody_has_released_no_bank_has_refused(me, customer, contract):
    make.provide(Manual())
    account = await add_bank_account(me, "工商银行", CARD)
    await sign_contract(me, contract_id=contract.id, bank_account_id=account.id, key="sign")
    payout, one = await Payout.get(), await make.manager_of(customer.id)
    before = await make.everything()
    for reason in set(PayoutFailure) - {PayoutFailure.NOT_SENT}:
        with pytest.raises(NotPossibleNow):
            await fail_payout(one, payout_id=payout.id, reason=reason, key="fail")
    assert await make.everything() == before


async def test_whoever_signs_again_while_the_name_is_found_to_differ_sends_nothing_there(me, customer, contract):
    make.provide(Manual())
    account = await add_bank_account(me, "工商银行", CARD)
    signing = {"contract_id": contract.id, "bank_account_id": account.id}
    await sign_contract(me, key="sign", **signing)
    payout = await Payout.get()
    first, second = [await make.manager_of(customer.id) for _ in range(2)]
    await release_payout(first, payout_id=payout.id, key="release")
    await asyncio.gather(
        fail_payout(second, payout_id=payout.id, reason=PayoutFailure.NAME_DIFFERS, key="fail"),
        sign_contract(me, key="again", **signing),
        return_exceptions=True,
    )
    assert await Payout.all().count() == 1
