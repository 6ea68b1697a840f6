"""Contracts and signatures."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import models
from resolvers.applications import contracts
from rules.applications.disclosures import AlreadySigned, DisclosureNotAcknowledged, OfferExpired
from rules.applications.parties import PartiesNotSigned
from rules.loans.refinancings import NotRefinanceable, RefinancingTooSmall
from rules.payments.payouts import PayoutFailed
from rules.people.access import CUSTOMERS, OWNER, STAFF_IN_CHARGE
from rules.people.bank_accounts import BankAccountNotVerified
from rules.people.kinds import Locale
from rules.people.masks import hidden
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import Input, Node, id_of, input, masked, mutation, node, relation, token, value

if TYPE_CHECKING:
    from schema.loans.loans import Loan


@node(models.Contract)
class Contract(Node):
    """The text both sides agree to."""

    locale: Locale
    """The language of the text."""
    text: str = masked(hidden, clear_to=OWNER | STAFF_IN_CHARGE)
    """To be shown whole."""
    text_hash: str
    """SHA-256 of the text, hexadecimal: what the signature is about."""
    created_at: datetime
    """When it was made."""
    signature: Signature | None = relation(via="contract_id")
    """Null until it is signed."""
    loan: Loan | None = relation(via="contract_id")
    """The loan it led to; null until it is signed."""


@node(models.Signature)
class Signature(Node):
    """The customer's signature."""

    text_hash: str
    """SHA-256 of the text that was signed."""
    signed_at: datetime
    """When it was signed."""


@input
class SignContractInput(Input):
    """What you sign, and where the money goes."""

    contract_id: int = id_of(models.Contract)
    """One of yours, its cost disclosure acknowledged."""
    bank_account_id: int = id_of(models.BankAccount)
    """The account of yours that is to receive the money."""
    key: str = token(64)
    """Chosen before the first try; send the same again to retry safely."""


@value(contracts.Signed)
class SignContractSuccess:
    """Signed; the loan is paid out at once, or as soon as the bank answers."""

    contract: Contract
    """What was signed."""
    loan: Loan
    """PENDING until the money has left, then ACTIVE with its schedule."""


@mutation(
    allow=CUSTOMERS,
    refusals=(
        NotPossibleNow,
        OfferExpired,
        DisclosureNotAcknowledged,
        PartiesNotSigned,
        BankAccountNotVerified,
        AlreadySigned,
        PayoutFailed,
        NotRefinanceable,
        RefinancingTooSmall,
    ),
)
async def sign_contract(info: Info, input: SignContractInput) -> contracts.Signed:
    """Sign a contract; the loan is paid out."""
    return await contracts.sign_contract(info.context.viewer, **input.values())
