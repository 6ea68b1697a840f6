"""The journal of money, for auditors."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import models
from rules.books.accounts import AccountCode, AccountKind
from rules.people.access import AUDITORS
from schema.declarations import Connection, Node, children, connection, money, node, relation, root
from schema.money import Money
from schema.scalars import CurrencyCode

if TYPE_CHECKING:
    from schema.loans.loans import Loan


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
    account: Account | None = relation("account_id")
    """The account it is posted to."""


@root
class EntryRoot:
    entries: Connection[Entry] = connection(is_export=True, allow=AUDITORS)
    """The journal, oldest first."""
