"""The journal of money: double entry, append-only."""

from typing import ClassVar

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import StaffOnly
from models.fields import MoneyField, NumberField, TextField, reference
from rules.books.accounts import AccountCode, AccountKind
from rules.people.access import AUDITORS, MANAGERS, Role


class LedgerAccount(StaffOnly):
    """A line of the chart of accounts: what the house posts to, in whatever currency. Code posts to its code."""

    seen_by: ClassVar[frozenset[Role]] = AUDITORS | MANAGERS

    code = fields.CharEnumField(AccountCode, max_length=20, unique=True)
    number = TextField(10, unique=True)
    """As accountants know it, such as 1002: its place in the chart."""
    name_zh = TextField(50)
    name_en = TextField(50)
    kind = fields.CharEnumField(AccountKind, max_length=10)

    class Meta:
        table = "ledger_account"


class Account(StaffOnly):
    """An account of the books, in one currency."""

    seen_by: ClassVar[frozenset[Role]] = AUDITORS

    code = fields.CharEnumField(AccountCode, max_length=20)
    kind = fields.CharEnumField(AccountKind, max_length=10)
    currency = TextField(3)

    class Meta:
        table = "account"
        unique_together = (("code", "currency"),)


class Entry(StaffOnly):
    """One event in the books; its postings sum to zero."""

    is_append_only: ClassVar[bool] = True
    seen_by: ClassVar[frozenset[Role]] = AUDITORS

    booked_on = fields.DateField()
    source = TextField(60, unique=True)
    """What was booked, such as `Repayment:12`: nothing is booked twice."""
    customer_number = NumberField(null=True)
    loan = reference("Loan", null=True)
    loan_id: int | None

    class Meta:
        table = "entry"
        indexes = (("loan_id", "id"), ("customer_number", "id"), ("booked_on", "id"))


class Posting(StaffOnly):
    """One side of an entry: a debit is positive, a credit negative."""

    is_append_only: ClassVar[bool] = True
    seen_by: ClassVar[frozenset[Role]] = AUDITORS

    entry = reference("Entry")
    entry_id: int
    account = reference("Account")
    account_id: int
    amount = MoneyField(may_be_negative=True)
    currency = TextField(3)

    class Meta:
        table = "posting"
        constraints = (CheckConstraint(name="posting_moves_something", check='"amount" <> 0'),)
        indexes = (("entry_id",), ("account_id", "id"))
