import asyncio
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from jobs.verify import verify
from models import (
    BankAccount,
    Contract,
    CostDisclosure,
    Disbursement,
    Entry,
    Installment,
    Loan,
    LoanParty,
    OutboxEvent,
    Payout,
    Posting,
    Signature,
    Viewer,
)
from models.database import transaction
from resolvers.applications.contracts import sign_contract
from resolvers.payments.providers.sandbox import Behaviour, Sandbox
from resolvers.products.products import NewFee
from rules.applications.disclosures import AlreadySigned, DisclosureNotAcknowledged
from rules.applications.kinds import DisclosureStep
from rules.books.accounts import AccountCode
from rules.errors import KeyReused, NotFound
from rules.loans.states import LoanStatus
from rules.payments.payouts import PayoutFailed
from rules.payments.states import PayoutStatus
from rules.people.access import PartyRole
from rules.products.kinds import FeeKind
from tests import make


@pytest.fixture
async def contract(db) -> Contract:
    """1,000 for 3 months with a fee of 2 %, ready to be signed."""
    fee = NewFee(FeeKind.UPFRONT, "手续费", "Handling fee", Decimal("0.02"))
    product = await make.product(annual_rate=Decimal("0.1450"), fees=[fee])
    return await make.contract(await make.customer(), term=3, product=product)


@pytest.fixture
async def signer(contract) -> Viewer:
    return await make.viewer_of(contract.customer_id)


@pytest.fixture
async def account(contract) -> BankAccount:
    return await make.bank_account(contract.customer_id)


async def test_signing_pays_the_loan_out_and_makes_its_schedule(contract, signer, account):
    signed = await sign_contract(signer, contract_id=contract.id, bank_account_id=account.id, key="sign")
    loan = signed.loan
    assert signed.contract.id == contract.id
    assert (loan.status, loan.is_open, loan.opened_on) == (LoanStatus.ACTIVE, True, date(2026, 3, 16))
    assert (loan.principal, loan.outstanding) == (1000, 1000)
    signature = await Signature.get(contract_id=contract.id)
    assert (signature.text_hash, signature.session_number) == (contract.text_hash, signer.session_id)
    assert signature.signed_at == make.clock.now()
    lines = await Installment.filter(loan_id=loan.id).order_by("number")
    assert [line.due_on for line in lines] == [date(2026, 4, 16), date(2026, 5, 16), date(2026, 6, 16)]
    assert {line.principal + line.interest for line in lines} == {Decimal("341.42")}
    disbursement = await Disbursement.get(loan_id=loan.id)
    assert (disbursement.amount, disbursement.fees) == (980, 20)
    entry = await Entry.get(source=f"Disbursement:{disbursement.id}")
    postings = await Posting.filter(entry_id=entry.id).select_related("account")
    assert {posting.account.code: posting.amount for posting in postings} == {
        AccountCode.LOANS_RECEIVABLE: 1000,
        AccountCode.CASH: -980,
        AccountCode.FEE_INCOME: -20,
    }
    assert (await LoanParty.get(loan_id=loan.id)).role is PartyRole.BORROWER
    assert (await OutboxEvent.all().order_by("-id").first()).kind == "LoanPaidOut"
    payout = await Payout.get(loan_id=loan.id)
    assert make.sandbox().moved[f"payout-{payout.id}"].amount == 980
    assert await verify() == []


async def test_the_same_key_signs_and_pays_out_once_also_at_the_same_time(contract, signer, account):
    calls = [sign_contract(signer, contract_id=contract.id, bank_account_id=account.id, key="sign") for _ in range(8)]
    answers = await asyncio.gather(*calls)
    assert {answer.loan.id for answer in answers} == {(await Loan.get()).id}
    assert {answer.loan.status for answer in answers} == {LoanStatus.ACTIVE}
    assert await Disbursement.all().count() == 1
    assert len(make.sandbox().moved) == 1
    assert await verify() == []


async def test_a_contract_is_signed_once(contract, signer, account):
    await sign_contract(signer, contract_id=contract.id, bank_account_id=account.id, key="sign")
    before = await make.everything()
    with pytest.raises(AlreadySigned):
        await sign_contract(signer, contract_id=contract.id, bank_account_id=account.id, key="again")
    with pytest.raises(KeyReused):
        await sign_contract(signer, contract_id=contract.id, bank_account_id=account.id + 1, key="sign")
    assert await make.everything() == before


async def test_two_keys_at_once_sign_once(contract, signer, account):
    calls = [
        sign_contract(signer, contract_id=contract.id, bank_account_id=account.id, key=f"sign-{number}")
        for number in range(4)
    ]
    answers = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(isinstance(answer, AlreadySigned) for answer in answers) == 3
    assert await Loan.all().count() == 1


async def test_nothing_is_signed_before_the_cost_is_acknowledged(contract, signer, account):
    async with transaction(make.system(), "forget"):
        await CostDisclosure.filter(application_id=contract.application_id, step=DisclosureStep.SIGN).update(
            is_current=False
        )
    before = await make.everything()
    with pytest.raises(DisclosureNotAcknowledged):
        await sign_contract(signer, contract_id=contract.id, bank_account_id=account.id, key="sign")
    assert await make.everything() == before
    assert not make.sandbox().asked


async def test_other_peoples_contracts_and_accounts_are_not_found(contract, signer, account):
    stranger = await make.customer()
    foreign, outsider = await make.bank_account(stranger.id), await make.viewer_of(stranger.id)
    before = await make.everything()
    with pytest.raises(NotFound):
        await sign_contract(outsider, contract_id=contract.id, bank_account_id=foreign.id, key="sign")
    with pytest.raises(NotFound):
        await sign_contract(signer, contract_id=contract.id, bank_account_id=foreign.id, key="sign")
    assert await make.everything() == before


async def test_a_signature_belongs_to_a_session(contract, signer, account):
    with pytest.raises(AssertionError):
        await sign_contract(
            replace(signer, session_id=None), contract_id=contract.id, bank_account_id=account.id, key="sign"
        )
    assert not await Signature.exists()


async def test_a_payout_that_waits_leaves_the_loan_pending_until_asked_again(contract, signer, account):
    make.sandbox().next_answers(Behaviour.LATER)
    signed = await sign_contract(signer, contract_id=contract.id, bank_account_id=account.id, key="sign")
    assert (signed.loan.status, signed.loan.outstanding) == (LoanStatus.PENDING, 0)
    assert not await Installment.exists()
    assert await verify() == []
    signed = await sign_contract(signer, contract_id=contract.id, bank_account_id=account.id, key="sign")
    assert (signed.loan.status, signed.loan.outstanding) == (LoanStatus.ACTIVE, 1000)
    assert await verify() == []


async def test_while_a_payout_waits_another_key_does_not_send_the_money_again(contract, signer, account):
    make.sandbox().next_answers(Behaviour.NEVER)
    await sign_contract(signer, contract_id=contract.id, bank_account_id=account.id, key="sign")
    with pytest.raises(AlreadySigned):
        await sign_contract(signer, contract_id=contract.id, bank_account_id=account.id, key="again")
    assert await Payout.all().count() == 1


async def test_after_a_failed_payout_a_new_key_sends_the_money_again(contract, signer, account):
    make.provide(Sandbox())
    make.sandbox().next_answers(Behaviour.FAIL)
    for _ in range(2):
        with pytest.raises(PayoutFailed) as refused:
            await sign_contract(signer, contract_id=contract.id, bank_account_id=account.id, key="sign")
        assert refused.value.reason == "SANDBOX_FAILED"
    assert (await Loan.get()).status is LoanStatus.PENDING
    assert await Signature.all().count() == 1
    assert await verify() == []
    signed = await sign_contract(signer, contract_id=contract.id, bank_account_id=account.id, key="again")
    assert signed.loan.status is LoanStatus.ACTIVE
    assert await Signature.all().count() == 1
    states = [payout.status for payout in await Payout.all().order_by("id")]
    assert states == [PayoutStatus.FAILED, PayoutStatus.SUCCEEDED]
    assert await verify() == []
