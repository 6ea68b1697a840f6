"""Changes of a loan by agreement."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import models
import rules.money
from resolvers.loans import agreements, tranches
from rules.loans.changes import AlreadyProposed, ChangeKind, ChangeNotAllowed, PlanTooLong
from rules.loans.events import MOST_PERIODS
from rules.loans.repayments import CurrencyMismatch
from rules.payments.payouts import PayoutFailed
from rules.people.access import CUSTOMERS, IN_CHARGE, MANAGERS
from rules.people.bank_accounts import BankAccountNotVerified
from rules.people.staff import OwnAffairs, SamePerson
from rules.products.quotes import AmountOutOfRange
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import (
    Input,
    decimal,
    id_of,
    input,
    mutation,
    one_of,
    query,
    text,
    token,
    value,
    whole,
)
from schema.money import Money, money_input
from schema.scalars import Rate

if TYPE_CHECKING:
    from schema.loans.loan_positions import LoanPosition

AGREED = tuple(kind for kind in ChangeKind if kind is not ChangeKind.WRITE_OFF)


@value(agreements.ChangeOffer)
class ChangeOffer:
    """A change that waits for the customer's word."""

    kind: ChangeKind
    """What would change."""
    periods: int | None
    """How many, of an extension or a payment holiday."""
    due_day: int | None
    """The new day of the month, of a change of the due day."""
    annual_rate: Rate | None
    """The new contract rate, of a discount."""
    amount: Money | None
    """How much more, of a tranche."""
    acceptable_until: date
    """The last day to accept it."""
    position: LoanPosition
    """The loan as it would be were it accepted today, with its new schedule."""


@value(agreements.ChangeOffers)
class ChangeOffersSuccess:
    """All changes of a loan that wait for the customer's word."""

    offers: list[ChangeOffer]
    """Oldest first; empty if nothing waits."""


@input
class ChangeOffersInput(Input):
    """Which loan."""

    loan_id: int = id_of(models.Loan)
    """A loan that was paid out."""


@query(allow=CUSTOMERS | IN_CHARGE, refusals=())
async def change_offers(info: Info, input: ChangeOffersInput) -> agreements.ChangeOffers:
    """Show the changes that wait for the customer, each with the schedule as it would be."""
    return await agreements.change_offers(info.context.viewer, **input.values())


@input
class ProposeChangeInput(Input):
    """Which loan, what is to change, and why."""

    loan_id: int = id_of(models.Loan)
    """An active one."""
    kind: ChangeKind = one_of(*AGREED)
    """What is to change."""
    periods: int | None = whole(1, MOST_PERIODS)
    """For an extension or a payment holiday: how many."""
    due_day: int | None = whole(1, 31)
    """For a change of the due day: the new one, clamped in shorter months."""
    annual_rate: Rate | None = decimal(Decimal(0), Decimal(10))
    """For a discount: the new contract rate, lower than the one that holds."""
    amount: rules.money.Money | None = money_input()
    """For a tranche: how much more; with it, no more is lent in all than the product allows."""
    reason: str = text(1, 1000)
    """Why, for whoever decides."""


@mutation(
    allow=IN_CHARGE,
    refusals=(
        NotPossibleNow,
        OwnAffairs,
        AlreadyProposed,
        ChangeNotAllowed,
        PlanTooLong,
        CurrencyMismatch,
        AmountOutOfRange,
    ),
)
async def propose_change(info: Info, input: ProposeChangeInput) -> models.LoanChange:
    """Propose to change a loan; a manager, somebody else, decides, and then the customer accepts it or not."""
    return await agreements.propose_change(info.context.viewer, **input.values())


@input
class ApproveChangeInput(Input):
    """Which proposal."""

    change_id: int = id_of(models.LoanChange)
    """A change, other than a write-off, that somebody else proposed."""


@mutation(allow=MANAGERS, refusals=(NotPossibleNow, OwnAffairs, SamePerson, ChangeNotAllowed, AmountOutOfRange))
async def approve_change(info: Info, input: ApproveChangeInput) -> models.LoanChange:
    """Offer a proposed change to the customer; until he accepts it, nothing changes. A waiver is made at once."""
    return await agreements.approve_change(info.context.viewer, **input.values())


@input
class DeclineChangeInput(Input):
    """Which proposal."""

    change_id: int = id_of(models.LoanChange)
    """A change, other than a write-off, that somebody else proposed."""


@mutation(allow=MANAGERS, refusals=(NotPossibleNow, OwnAffairs, SamePerson))
async def decline_change(info: Info, input: DeclineChangeInput) -> models.LoanChange:
    """Leave a loan as it is."""
    return await agreements.decline_change(info.context.viewer, **input.values())


@input
class AcceptChangeInput(Input):
    """Which loan, and which of the changes that were offered."""

    loan_id: int = id_of(models.Loan)
    """A loan of yours."""
    kind: ChangeKind = one_of(*(kind for kind in AGREED if kind is not ChangeKind.TRANCHE))
    """What was offered; a tranche is accepted with the account to which it goes."""
    key: str = token(64)
    """Chosen before the first try; send the same again to retry safely."""


@mutation(allow=CUSTOMERS, refusals=(NotPossibleNow, ChangeNotAllowed))
async def accept_change(info: Info, input: AcceptChangeInput) -> models.Loan:
    """Accept a change that was offered: the new schedule holds from today on."""
    return await agreements.accept_change(info.context.viewer, **input.values())


@input
class AcceptTrancheInput(Input):
    """Of which loan, and where the money is to go."""

    loan_id: int = id_of(models.Loan)
    """A loan of yours of which more was offered."""
    bank_account_id: int = id_of(models.BankAccount)
    """An account of yours."""
    key: str = token(64)
    """Chosen before the first try; send the same again to retry safely."""


@mutation(
    allow=CUSTOMERS, refusals=(NotPossibleNow, ChangeNotAllowed, AmountOutOfRange, BankAccountNotVerified, PayoutFailed)
)
async def accept_tranche(info: Info, input: AcceptTrancheInput) -> models.Loan:
    """Accept the tranche that was offered, and have it paid out: the new schedule holds once the money has left."""
    return await tranches.accept_tranche(info.context.viewer, **input.values())


@input
class RefuseChangeInput(Input):
    """Which loan, and which of the changes that were offered."""

    loan_id: int = id_of(models.Loan)
    """A loan of yours."""
    kind: ChangeKind = one_of(*AGREED)
    """What was offered."""


@mutation(allow=CUSTOMERS, refusals=())
async def refuse_change(info: Info, input: RefuseChangeInput) -> models.Loan:
    """Keep a loan as it is."""
    return await agreements.refuse_change(info.context.viewer, **input.values())
