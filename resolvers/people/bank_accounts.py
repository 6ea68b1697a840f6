"""A customer's own accounts and cards."""

from models import BankAccount, Secret, Viewer, blind_index
from models.database import transaction
from resolvers.people.customers import lock_customer
from rules.people.bank_accounts import check_account_number


async def add_bank_account(viewer: Viewer, bank: str, number: str) -> BankAccount:
    """Add an account or card; the same number again gives the account there is. Raises `BankAccountInvalid`."""
    number = check_account_number(number)
    async with transaction(viewer, "add_bank_account") as unit:
        customer = await lock_customer(viewer)
        known = await BankAccount.get_or_none(customer_id=customer.id, number_index=blind_index(number))
        account = known or await BankAccount.create(customer_id=customer.id, bank=bank, number=Secret(number))
        unit.subject = account
        return account
