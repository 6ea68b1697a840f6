"""Booking: every event in the books is one entry, and its postings sum to zero."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tortoise.connection import get_connection

from models import Account, Entry, Posting
from models.books import journal as sql
from models.database import Unit
from models.database.handwritten import as_rows, write_together
from rules.books.accounts import KINDS, AccountCode
from rules.money import to_cents


@dataclass(frozen=True, kw_only=True)
class Draft:
    """An entry about no customer in particular, to be booked."""

    source: str
    currency: str
    amounts: Mapping[AccountCode, Decimal]


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


async def post_all(unit: Unit, drafts: Sequence[Draft], *, booked_on: date) -> None:
    """Book many events at once, on the day that is open; as `post` does one."""
    sides = []
    for currency in sorted({draft.currency for draft in drafts}):
        posted = {draft.source: balanced(draft.amounts) for draft in drafts if draft.currency == currency}
        accounts = await accounts_of(currency, {code for amounts in posted.values() for code in amounts})
        sides += [
            {"source": source, "account_id": accounts[code].id, "amount": to_cents(amount), "currency": currency}
            for source, amounts in posted.items()
            for code, amount in amounts.items()
        ]
    if drafts:
        values = {
            "now": unit.now,
            "booked_on": booked_on,
            "drafts": as_rows({"source": draft.source} for draft in drafts),
            "sides": as_rows(sides),
        }
        await write_together(get_connection("default"), (sql.ENTRIES, sql.POSTINGS), values)


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
