"""Booking: every event in the books is one entry, and its postings sum to zero."""

from collections.abc import Collection, Mapping
from decimal import Decimal

from models import Account, Entry, Posting
from models.database import Unit
from rules.books.accounts import KINDS, AccountCode


async def post(
    unit: Unit,
    *,
    source: str,
    currency: str,
    amounts: Mapping[AccountCode, Decimal],
    customer_id: int | None,
    loan_id: int | None,
) -> Entry:
    """Book one event: debits positive, credits negative; accounts with nothing to post are left out.

    `source` names what is booked, such as `Repayment:12`; the database refuses to book it a second time.
    """
    posted = balanced(amounts)
    accounts = await accounts_of(currency, posted)
    entry = await Entry.create(booked_on=unit.today, source=source, customer_number=customer_id, loan_id=loan_id)
    await Posting.bulk_create(
        Posting(entry_id=entry.id, account_id=accounts[code].id, amount=amount, currency=currency)
        for code, amount in posted.items()
    )
    return entry


def balanced(amounts: Mapping[AccountCode, Decimal]) -> dict[AccountCode, Decimal]:
    """Leave out the accounts with nothing to post; what is left must be something, and sum to zero."""
    posted = {code: amount for code, amount in amounts.items() if amount}
    assert posted, "there is nothing to book"
    assert sum(posted.values()) == 0, f"the postings must sum to zero: {amounts}"
    return posted


async def accounts_of(currency: str, codes: Collection[AccountCode]) -> dict[AccountCode, Account]:
    """Give the accounts, opening those this currency has not had before, whoever else may be opening them."""
    wanted = Account.filter(currency=currency, code__in=list(codes))
    accounts = {account.code: account for account in await wanted}
    missing = [code for code in AccountCode if code in codes and code not in accounts]
    if missing:  # In the order of the enum, so that two who open several never wait for each other.
        await Account.bulk_create(
            [Account(code=code, kind=KINDS[code], currency=currency) for code in missing], ignore_conflicts=True
        )
        accounts = {account.code: account for account in await wanted}
    return accounts
