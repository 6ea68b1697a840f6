"""The journal of money, for auditors."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import strawberry

import models
from rules.books.accounts import AccountCode, AccountKind
from rules.people.access import AUDITORS, MANAGERS
from rules.people.kinds import in_language
from schema.declarations import (
    LOCALE,
    Connection,
    Node,
    children,
    computed,
    connection,
    filter_of,
    matches,
    money,
    node,
    relation,
    root,
)
from schema.money import Money
from schema.scalars import CurrencyCode

if TYPE_CHECKING:
    from schema.loans.loans import Loan


@node(models.LedgerAccount)
class LedgerAccount(Node):
    """A line of the chart of accounts: what the house posts to, in whatever currency."""

    number: str
    """As accountants know it, such as 1002: accounts stand in the order of their numbers."""
    code: AccountCode
    """What it is for: it never changes, as number and name may."""
    name: str = computed(in_language, "name_zh", "name_en", LOCALE)
    """In the viewer's language."""
    kind: AccountKind
    """Which side of the balance sheet it stands on."""


@root
class LedgerAccountRoot:
    accounts: list[LedgerAccount] = children(order_by="number", allow=AUDITORS | MANAGERS)
    """The chart of accounts, by number."""


@node(models.Account)
class Account(Node):
    """An account of the books, in one currency."""

    code: AccountCode
    """What it is for."""
    kind: AccountKind
    """Which side of the balance sheet it stands on."""
    currency: CurrencyCode
    """The currency of all its postings."""


@node(models.Entry)
class Entry(Node):
    """One event in the books; its postings sum to zero."""

    booked_on: date
    """The business date it was booked on."""
    source: str
    """What was booked, such as Repayment:12."""
    loan: Loan | None = relation("loan_id")
    """The loan it is about; null if about none."""
    postings: list[Posting] = children(via="entry_id")
    """What was debited and credited by it."""


@node(models.Posting)
class Posting(Node):
    """One side of an entry."""

    amount: Money = money()
    """A debit is positive, a credit negative."""
    entry: Entry | None = relation("entry_id")
    """The entry it belongs to."""
    account: Account | None = relation("account_id")
    """The account it is posted to."""


@filter_of(models.Entry)
class EntryFilter:
    """Narrows the journal."""

    booked_on: date | None = matches("booked_on")
    """Entries of one day."""
    loan: strawberry.ID | None = matches("loan_id", id_of=models.Loan)
    """Entries about one loan."""


@filter_of(models.Posting)
class PostingFilter:
    """Narrows the postings of the journal."""

    account: AccountCode | None = matches("account__code")
    """What was posted to one account."""
    booked_on: date | None = matches("entry__booked_on")
    """What was posted on one day."""
    loan: strawberry.ID | None = matches("entry__loan_id", id_of=models.Loan)
    """What was posted about one loan."""


@root
class EntryRoot:
    entries: Connection[Entry] = connection(filter=EntryFilter, is_export=True, allow=AUDITORS)
    """The journal, oldest first."""
    postings: Connection[Posting] = connection(filter=PostingFilter, is_export=True, allow=AUDITORS)
    """The sides of the entries, oldest first: with `account`, what an account's balance is made of."""
