"""Where a customer's money goes."""

from __future__ import annotations

from datetime import datetime

import models
from resolvers.people import bank_accounts
from rules.people.access import CUSTOMERS, OWNER
from rules.people.bank_accounts import AccountStatus, BankAccountInvalid
from rules.people.masks import six_and_four
from schema.context import Info
from schema.declarations import Input, Node, id_of, input, masked, mutation, node, text


@node(models.BankAccount)
class BankAccount(Node):
    """A customer's own account or card."""

    bank: str
    """The bank's name, as the customer wrote it."""
    number: str = masked(six_and_four, clear_to=OWNER)
    """The account or card number."""
    status: AccountStatus
    """Whether it is in his name."""
    verified_at: datetime | None
    """When it was last said in whose name it is; null before."""
    created_at: datetime
    """When it was added."""


@input
class AddBankAccountInput(Input):
    """An account or card of your own."""

    bank: str = text(1, 100)
    """The bank's name."""
    number: str = text(1, 40)
    """The account or card number; spaces are ignored."""


@mutation(allow=CUSTOMERS, refusals=(BankAccountInvalid,))
async def add_bank_account(info: Info, input: AddBankAccountInput) -> models.BankAccount:
    """Add an account that loans can be paid out to; adding it again gives the same one."""
    return await bank_accounts.add_bank_account(info.context.viewer, **input.values())


@input
class VerifyBankAccountInput(Input):
    """Which account."""

    bank_account_id: int = id_of(models.BankAccount)
    """One of yours."""


@mutation(allow=CUSTOMERS)
async def verify_bank_account(info: Info, input: VerifyBankAccountInput) -> models.BankAccount:
    """Ask again in whose name an account is; where that cannot be said now it stays as it is."""
    return await bank_accounts.verify_bank_account(info.context.viewer, **input.values())
