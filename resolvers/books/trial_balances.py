"""The trial balance: what was debited and credited to every account by a day."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import orjson
from tortoise.connection import get_connection

from models import LedgerAccount, Viewer
from models.books.trial_balances import SUMS
from models.database.handwritten import fetch_one, read_date
from rules.books.accounts import AccountCode
from rules.books.trial_balances import check_in_books
from rules.money import ZERO, from_cents


@dataclass(frozen=True, kw_only=True)
class TrialBalanceLine:
    """An account in the trial balance."""

    account: LedgerAccount
    currency: str
    debit: Decimal
    credit: Decimal

    @property
    def balance(self) -> Decimal:
        return self.debit - self.credit


@dataclass(frozen=True, kw_only=True)
class TrialBalance:
    """Every account of the chart with what was posted to it by the end of a day."""

    on: date
    currency: str
    lines: list[TrialBalanceLine]

    @property
    def debit(self) -> Decimal:
        return sum((line.debit for line in self.lines), ZERO)

    @property
    def credit(self) -> Decimal:
        return sum((line.credit for line in self.lines), ZERO)


async def trial_balance(viewer: Viewer, *, on: date, currency: str) -> TrialBalance:
    """Sum up the journal from its first entry to the end of a day, in one currency. Raises `DayNotInBooks`."""
    loaded: Any = await fetch_one(get_connection("default"), SUMS, {"on": on, "currency": currency})
    check_in_books(on, read_date(loaded["earliest"]), read_date(loaded["latest"]))
    sums = {AccountCode(code): cents for code, *cents in orjson.loads(loaded["sums"] or "[]")}
    lines = []
    for account in await LedgerAccount.visible_to(viewer).order_by("number"):
        debit, credit = map(from_cents, sums.pop(account.code, (0, 0)))
        lines.append(TrialBalanceLine(account=account, currency=currency, debit=debit, credit=credit))
    assert not sums, f"the chart of accounts lacks {', '.join(sums)}"
    return TrialBalance(on=on, currency=currency, lines=lines)
