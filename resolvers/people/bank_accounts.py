"""A customer's own accounts and cards."""

import asyncio

from models import BankAccount, Customer, Secret, Viewer, blind_index
from models.database import locked, transaction
from resolvers import configured
from resolvers.payments.providers.interface import ANSWER_SECONDS
from resolvers.people.customers import lock_customer
from rules.errors import NotFound
from rules.people.bank_accounts import AccountStatus, check_account_number, check_payable


async def add_bank_account(viewer: Viewer, bank: str, number: str) -> BankAccount:
    """Add an account or card, and ask in whose name it is; the same number again gives the account there is.

    One that the bank found to be in another name can be tried again so, where nobody else can say. Raises
    `BankAccountInvalid`.
    """
    number = check_account_number(number)
    async with transaction(viewer, "add_bank_account") as unit:
        customer = await lock_customer(viewer)
        known = await BankAccount.get_or_none(customer_id=customer.id, number_index=blind_index(number))
        account = known or await BankAccount.create(customer_id=customer.id, bank=bank, number=Secret(number))
        unit.subject = account
        if account.status is AccountStatus.NAME_DIFFERS and not configured().payment_provider.verifies_accounts:
            account.status = AccountStatus.UNVERIFIED
            await account.save(update_fields=["status"])
    return await _verified(viewer, account)


async def verify_bank_account(viewer: Viewer, *, bank_account_id: int) -> BankAccount:
    """Ask again in whose name an account is. Raises `NotFound`."""
    account = await _own(viewer, bank_account_id)
    if account is None:
        raise NotFound
    return await _verified(viewer, account)


async def _own(viewer: Viewer, bank_account_id: int) -> BankAccount | None:
    return await BankAccount.visible_to(viewer).get_or_none(id=bank_account_id, customer_id=viewer.customer_id)


async def ask_in_whose_name(viewer: Viewer, bank_account_id: int) -> None:
    """Ask again before money goes to an account of the viewer's own; nothing is said of one that is not.

    Outside of any transaction: the provider is waited for. Without an answer it stays as it is.
    """
    account = await _own(viewer, bank_account_id)
    if account is not None and account.status is not AccountStatus.NAME_DIFFERS:
        await _verified(viewer, account)


async def lock_payable_account(viewer: Viewer, bank_account_id: int) -> None:
    """Lock an account of the viewer's own to which money can go, for the payout that is ordered now.

    Raises `NotFound`, `BankAccountNotVerified`.
    """
    account = await locked(BankAccount, viewer, bank_account_id, customer_id=viewer.customer_id)
    check_payable(account.status, can_verify=configured().payment_provider.verifies_accounts)


async def _verified(viewer: Viewer, account: BankAccount) -> BankAccount:
    """Ask in whose name an account is, and keep an answer that is new; without a name to ask about it stays as it is."""
    customer = await Customer.get(id=account.customer_id)
    if not customer.is_identified:
        return account
    answer = await _ask(account.number.read(), customer.name, customer.identity_number.read())
    found = AccountStatus.VERIFIED if answer else AccountStatus.NAME_DIFFERS
    if answer is None or found is account.status:
        return account
    async with transaction(viewer, "verify_bank_account") as unit:
        account = await locked(BankAccount, viewer, account.id)
        account.status = found
        account.verified_at = unit.now
        await account.save(update_fields=["status", "verified_at"])
        return account


async def _ask(number: str, name: str, identity_number: str) -> bool | None:
    provider = configured().payment_provider
    if not provider.verifies_accounts:
        return None
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return await provider.verify_account(number, name, identity_number)
    except OSError:  # TimeoutError is one, too.
        return None
