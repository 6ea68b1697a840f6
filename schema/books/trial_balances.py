"""The trial balance."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from resolvers.books import trial_balances
from rules.books.trial_balances import DayNotInBooks
from rules.people.access import AUDITORS, MANAGERS
from schema.context import Info
from schema.declarations import Input, input, money, query, value
from schema.money import Money
from schema.scalars import CurrencyCode

if TYPE_CHECKING:
    from schema.books.entries import LedgerAccount


@value(trial_balances.TrialBalanceLine)
class TrialBalanceLine:
    """An account in the trial balance."""

    account: LedgerAccount
    """The account of the chart."""
    debit: Money = money()
    """All that was debited to it."""
    credit: Money = money()
    """All that was credited to it."""
    balance: Money = money()
    """Debit less credit: negative where more was credited, as to income and liabilities."""


@value(trial_balances.TrialBalance)
class TrialBalanceSuccess:
    """Every account of the chart with what was posted to it by the end of a day, in the chart's order."""

    on: date
    """The last day that is counted."""
    lines: list[TrialBalanceLine]
    """One for each account, also where nothing was posted."""
    debit: Money = money()
    """All debits together."""
    credit: Money = money()
    """All credits together: the same as all debits."""


@input
class TrialBalanceInput(Input):
    """By which day, in which currency."""

    on: date
    """A day of the books: from their first to the one that is open."""
    currency: CurrencyCode
    """The currency of the postings."""


@query(allow=AUDITORS | MANAGERS, refusals=(DayNotInBooks,))
async def trial_balance(info: Info, input: TrialBalanceInput) -> trial_balances.TrialBalance:
    """Sum up the journal of one currency from its first entry to the end of a day."""
    return await trial_balances.trial_balance(info.context.viewer, **input.values())
