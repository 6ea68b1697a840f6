"""Signing a contract, and having its loan paid out."""

from dataclasses import dataclass
from hashlib import sha256

from models import (
    Application,
    Contract,
    Loan,
    LoanParty,
    Offer,
    ProductVersion,
    Refinancing,
    Signature,
    Viewer,
)
from models.database import Unit, locked, open_unit
from resolvers import keys
from resolvers.applications.disclosures import is_acknowledged
from resolvers.applications.parties import check_all_signed
from resolvers.loans import disbursements, refinancings
from resolvers.loyalty import benefits
from resolvers.people.bank_accounts import ask_in_whose_name, lock_payable_account
from rules.applications.disclosures import AlreadySigned, DisclosureNotAcknowledged, OfferExpired
from rules.applications.kinds import DisclosureStep
from rules.applications.states import ApplicationStatus
from rules.errors import NotFound
from rules.loans.states import LoanStatus
from rules.money import ZERO
from rules.payments.states import PayoutStatus
from rules.people.access import PartyRole
from rules.states import NotPossibleNow


@dataclass(frozen=True)
class Signed:
    """What was signed, and the loan it led to: ACTIVE once the money has left."""

    contract: Contract
    loan: Loan


async def sign_contract(viewer: Viewer, *, contract_id: int, bank_account_id: int, key: str) -> Signed:
    """Sign, then have the loan paid out. Where the provider answers later, a repeat or the background job asks again.

    After a failed payout, signing once more under a new key sends the money again, to the account then named.
    Raises `NotFound`, `NotPossibleNow`, `OfferExpired`, `DisclosureNotAcknowledged`, `PartiesNotSigned`, `AlreadySigned`, `PayoutFailed`,
    `BankAccountNotVerified`, `NotRefinanceable`, `RefinancingTooSmall`, `KeyReused`.
    """
    await ask_in_whose_name(viewer, bank_account_id)
    async with keys.once(Loan, viewer, "sign_contract", key, contract_id, bank_account_id) as kept:
        if kept.is_new:
            kept.keep(await _sign_or_send_again(viewer, contract_id, bank_account_id))
    payout = await disbursements.pay_out_or_refuse(viewer, await disbursements.newest_payout(kept.result))
    contract = await Contract.visible_to(viewer).get(id=contract_id)
    return Signed(contract, await Loan.visible_to(viewer).get(id=payout.loan_id))


async def _sign_or_send_again(viewer: Viewer, contract_id: int, bank_account_id: int) -> Loan:
    unit = open_unit()
    contract = await Contract.visible_to(viewer).get_or_none(id=contract_id, customer_id=viewer.customer_id)
    if contract is None:
        raise NotFound
    application = await locked(Application, viewer, contract.application_id)
    loan = await Loan.get_or_none(contract_id=contract.id)
    if loan is not None:
        loan = await locked(Loan, viewer, loan.id)  # Or staff could release the failed payout again meanwhile.
        await _check_payout_failed(loan)
    else:
        await _check_ready(application)
        parties = await check_all_signed(application)
        await _sign(unit, contract)
        loan = await _make_loan(unit, application, contract)
        for party in parties:
            await LoanParty.create(customer_id=party.customer_id, loan_id=loan.id, role=party.role)
    received = loan.principal - (await disbursements.fees_kept_back(loan)).amount
    settles = await refinancings.amount_to_settle(unit, loan, received)
    await lock_payable_account(viewer, bank_account_id)  # After the loans, as everybody locks it.
    await disbursements.order_payout(unit, loan, bank_account_id, received - settles, settles=settles)
    return loan


async def _check_payout_failed(loan: Loan) -> None:
    """A signed contract is signed once; only a payout that failed is tried again."""
    payout = await disbursements.newest_payout(loan)
    if loan.status is not LoanStatus.PENDING or payout.status is not PayoutStatus.FAILED:
        raise AlreadySigned


async def _check_ready(application: Application) -> None:
    if application.status is not ApplicationStatus.ACCEPTED:
        raise NotPossibleNow(current=application.status)
    offer = await Offer.get(application_id=application.id, is_current=True)
    if open_unit().today > offer.expires_on:
        raise OfferExpired(expired_on=offer.expires_on)
    if not await is_acknowledged(application, DisclosureStep.SIGN):
        raise DisclosureNotAcknowledged


async def _sign(unit: Unit, contract: Contract) -> None:
    assert sha256(contract.text.encode()).hexdigest() == contract.text_hash, "what is signed is what was shown"
    assert unit.viewer.session_id is not None, "a signature belongs to a session"
    await Signature.create(
        customer_id=contract.customer_id,
        contract_id=contract.id,
        text_hash=contract.text_hash,
        session_number=unit.viewer.session_id,
        signed_at=unit.now,
    )


async def _make_loan(unit: Unit, application: Application, contract: Contract) -> Loan:
    """Write the loan down; nothing is owed before it is paid out. One that it settles is locked."""
    offer = await Offer.get(application_id=application.id, is_current=True)
    version = await ProductVersion.get(id=application.product_version_id)
    refinancing = await Refinancing.get_or_none(application_id=application.id)
    if refinancing is not None:  # First: the key to it shares a lock, of which two who sign could not both make theirs.
        await locked(Loan, unit.viewer, refinancing.loan_id)
    loan = await Loan.create(
        customer_id=application.customer_id,
        contract_id=contract.id,
        product_version_id=version.id,
        refinances_id=None if refinancing is None else refinancing.loan_id,
        currency=offer.currency,
        principal=offer.amount,
        outstanding=ZERO,
        rate=offer.annual_rate,
        current_rate=offer.annual_rate,
        rate_discount_bp=offer.rate_discount_bp,
        fee_waiver_percent=offer.fee_waiver_percent,
        fees_waived=await benefits.waived_of(offer, version),
        term=offer.term,
        due_day=offer.due_day,
        method=version.method,
        status=LoanStatus.PENDING,
        is_open=True,
    )
    await LoanParty.create(customer_id=loan.customer_id, loan_id=loan.id, role=PartyRole.BORROWER)
    if offer.rate_discount_bp:
        await benefits.sign(unit, loan, offer, version)
    return loan
