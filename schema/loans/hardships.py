"""Help when paying becomes difficult."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import models
from resolvers.loans import hardships
from rules.loans.changes import AlreadyProposed, ChangeKind, ChangeNotAllowed, PlanTooLong
from rules.loans.events import MOST_PERIODS
from rules.loans.hardships import HELP, AlreadyAsked, HardshipStatus, Situation
from rules.people.access import CUSTOMERS, IN_CHARGE, OWNER, STAFF_IN_CHARGE
from rules.people.masks import hidden
from rules.people.staff import OwnAffairs
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import (
    Connection,
    Input,
    Node,
    connection,
    decimal,
    filter_of,
    id_of,
    input,
    masked,
    matches,
    mutation,
    node,
    one_of,
    query,
    relation,
    root,
    text,
    value,
    whole,
)
from schema.money import Money
from schema.scalars import Rate

if TYPE_CHECKING:
    from schema.loans.changes import LoanChange
    from schema.loans.loans import Loan
    from schema.people.staff import Staff


@value(hardships.HelpOption)
class HelpOption:
    """A way that can be asked for, and what the loan would be like."""

    kind: ChangeKind
    """What would change."""
    periods: int | None
    """How many; null where the change has none."""
    next_due_on: date | None
    """When something would be due next; null where nothing would be left."""
    next_installment: Money | None
    """How much then."""
    last_due_on: date | None
    """When the last installment would be due."""


@value(hardships.HelpOptions)
class HelpOptionsSuccess:
    """The help there is; it is looked at with you before anything is agreed."""

    words: str
    """What to know first, to be shown above all else."""
    options: list[HelpOption]
    """Ways of paying otherwise, as they would be from today; empty for a loan that does not run."""


@input
class HelpOptionsInput(Input):
    """For which loan."""

    loan_id: int = id_of(models.Loan)
    """A loan of yours."""


@query(allow=CUSTOMERS | IN_CHARGE, refusals=())
async def help_options(info: Info, input: HelpOptionsInput) -> hardships.HelpOptions:
    """Show the help there is for a loan."""
    return await hardships.help_options(info.context.viewer, **input.values())


@node(models.HardshipRequest)
class HardshipRequest(Node):
    """A customer asks for help with a loan; nobody calls about the debt until it is answered, unless there was no way in the 31 days before."""

    situation: Situation
    """What has become difficult."""
    words: str = masked(hidden, clear_to=OWNER | STAFF_IN_CHARGE)
    """As whoever asked put it; empty if he did not."""
    wants_call: bool
    """Whether he wants to be called about it."""
    status: HardshipStatus
    """Where it stands."""
    answer: str | None
    """Why there is no way; null unless it was declined."""
    created_at: datetime
    """When he asked."""
    loan: Loan = relation("loan_id")
    """The loan it is about."""
    plan: LoanChange | None = relation("change_id")
    """The change that was proposed; null before, and to customers, who see it among `changeOffers`."""
    answered_by: Staff | None = relation("answered_by_id")
    """Who declined it."""


@filter_of(models.HardshipRequest)
class HardshipRequestFilter:
    """Narrows a list of requests."""

    status: HardshipStatus | None = matches("status")
    """Those that stand here: OPEN ones wait for a plan."""


@root
class HardshipRoot:
    hardship_requests: Connection[HardshipRequest] = connection(filter=HardshipRequestFilter, allow=IN_CHARGE)
    """Requests for help of the customers you look after, oldest first."""


@input
class AskForHelpInput(Input):
    """What has become difficult, in a few words or none."""

    loan_id: int = id_of(models.Loan)
    """A loan of yours that is to be repaid, also one that was written off."""
    situation: Situation
    """What has become difficult."""
    words: str | None = text(1, 1000)
    """As you want to put it; nothing is fine."""
    wants_call: bool | None
    """Whether you want to be called about it; nothing: no."""


@mutation(allow=CUSTOMERS, refusals=(NotPossibleNow, AlreadyAsked))
async def ask_for_help(info: Info, input: AskForHelpInput) -> models.HardshipRequest:
    """Ask for help, at any hour: somebody looks for a way, and nobody calls about the debt meanwhile, unless there was no way in the 31 days before."""
    said = input.values()
    words, wants_call = said.pop("words", None) or "", bool(said.pop("wants_call", None))
    return await hardships.ask_for_help(info.context.viewer, words=words, wants_call=wants_call, **said)


@input
class WithdrawHelpInput(Input):
    """Which request."""

    request_id: int = id_of(models.HardshipRequest)
    """One of yours that is not answered."""


@mutation(allow=CUSTOMERS, refusals=(NotPossibleNow,))
async def withdraw_help(info: Info, input: WithdrawHelpInput) -> models.HardshipRequest:
    """Say that you need no help any more."""
    return await hardships.withdraw_help(info.context.viewer, **input.values())


@input
class ProposePlanInput(Input):
    """Which request, and which plan."""

    request_id: int = id_of(models.HardshipRequest)
    """One that is open."""
    kind: ChangeKind = one_of(*HELP)
    """What is to change."""
    periods: int | None = whole(1, MOST_PERIODS)
    """How many, of an extension or a payment holiday."""
    due_day: int | None = whole(1, 31)
    """The new day of the month, of a change of the due day."""
    annual_rate: Rate | None = decimal(Decimal(0), Decimal(10))
    """The new contract rate, of a discount."""
    reason: str = text(1, 1000)
    """Why, for whoever approves it."""


@mutation(allow=IN_CHARGE, refusals=(OwnAffairs, NotPossibleNow, AlreadyProposed, ChangeNotAllowed, PlanTooLong))
async def propose_plan(info: Info, input: ProposePlanInput) -> models.HardshipRequest:
    """Answer a request with a plan: a colleague approves it (`approveChange`), the customer accepts it (`acceptChange`)."""
    return await hardships.propose_plan(info.context.viewer, **input.values())


@input
class DeclineHelpInput(Input):
    """Which request, and why."""

    request_id: int = id_of(models.HardshipRequest)
    """One that is open."""
    answer: str = text(1, 1000)
    """Why there is no way, in words for the customer."""


@mutation(allow=IN_CHARGE, refusals=(OwnAffairs, NotPossibleNow))
async def decline_help(info: Info, input: DeclineHelpInput) -> models.HardshipRequest:
    """Say that there is no way; the customer reads why."""
    return await hardships.decline_help(info.context.viewer, **input.values())
