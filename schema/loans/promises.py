"""Promises to pay."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import models
import rules.money
from resolvers.loans import promises
from rules.loans.promises import (
    OwnWord,
    PromiseAmountNotAllowed,
    PromiseDateNotAllowed,
    PromiseRuns,
    PromiseStatus,
    is_own_word,
)
from rules.loans.repayments import CurrencyMismatch
from rules.people.access import CUSTOMERS, IN_CHARGE
from rules.people.staff import OwnAffairs
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import Input, Node, computed, id_of, input, money, mutation, node, relation
from schema.money import Money, money_input

if TYPE_CHECKING:
    from schema.people.staff import Staff


@node(models.PromiseToPay)
class PromiseToPay(Node):
    """What the customer said he will pay, by when."""

    amount: Money = money()
    """How much."""
    promised_on: date
    """The day on which he said it."""
    due_on: date
    """The last day on which it can be kept."""
    status: PromiseStatus
    """Where it stands; kept and broken are found out when a day ends."""
    settled_on: date | None
    """When it was found kept or broken, or was taken back; null before."""
    recorded_by: Staff | None = relation("recorded_by_id")
    """Who wrote it down; null where the customer said it himself, and to customers."""
    is_own_word: bool = computed(is_own_word, "recorded_by_id")
    """Whether the customer said it here himself; else staff wrote it down."""


@input
class RecordPromiseInput(Input):
    """What will be paid, by when."""

    loan_id: int = id_of(models.Loan)
    """A loan that is to be repaid, also one that was written off."""
    amount: rules.money.Money = money_input()
    """No more than is due by then, and no less than a tenth of it."""
    due_on: date
    """Today, or one of the next 31 days."""


@mutation(
    allow=CUSTOMERS | IN_CHARGE,
    refusals=(
        OwnAffairs,
        NotPossibleNow,
        CurrencyMismatch,
        PromiseRuns,
        PromiseDateNotAllowed,
        PromiseAmountNotAllowed,
    ),
)
async def record_promise(info: Info, input: RecordPromiseInput) -> models.PromiseToPay:
    """Say what you will pay, by when, or write down what a customer said; nobody calls about the debt until then, unless another one was broken in the 31 days before."""
    return await promises.record_promise(info.context.viewer, **input.values())


@input
class CancelPromiseInput(Input):
    """Which promise."""

    promise_id: int = id_of(models.PromiseToPay)
    """One that is open."""


@mutation(allow=CUSTOMERS | IN_CHARGE, refusals=(OwnAffairs, OwnWord, NotPossibleNow))
async def cancel_promise(info: Info, input: CancelPromiseInput) -> models.PromiseToPay:
    """Take a promise back: the customer any, staff what one of them wrote down."""
    return await promises.cancel_promise(info.context.viewer, **input.values())
