"""Making up for something."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import models
import rules.money
from resolvers.service import redress
from rules.loans.repayments import CurrencyMismatch
from rules.people.access import AUDITORS, IN_CHARGE, MANAGERS, OWNER, STAFF_IN_CHARGE
from rules.people.masks import hidden
from rules.people.staff import OwnAffairs, SamePerson
from rules.products.states import ProposalStatus
from rules.service.redress import MOST_POINTS, RedressKind, RedressTooLarge, RedressUnclear
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import (
    Connection,
    Input,
    Node,
    connection,
    filter_of,
    id_of,
    input,
    masked,
    matches,
    money,
    mutation,
    node,
    relation,
    root,
    text,
    whole,
)
from schema.money import Money, money_input
from schema.service.case_messages import WORKING_ON_CASE

if TYPE_CHECKING:
    from schema.loans.loans import Loan
    from schema.loans.repayments import Repayment
    from schema.people.staff import Staff
    from schema.service.cases import Case


@node(models.CaseRedress)
class CaseRedress(Node):
    """An apology, a fee given back, or points."""

    kind: RedressKind
    """Which."""
    words: str = masked(hidden, clear_to=OWNER | STAFF_IN_CHARGE)
    """What for, in words for the customer."""
    amount: Money | None = money()
    """What is given back; null unless it is a refund."""
    points: int | None
    """How many points; null unless it gives some."""
    status: ProposalStatus
    """Whether somebody else has approved it: before that nothing is given."""
    created_at: datetime
    """When it was proposed."""
    decided_at: datetime | None
    """When it was decided; null before."""
    case: Case = relation("case_id")
    """What it makes up for."""
    loan: Loan | None = relation("loan_id")
    """The loan whose fees are given back; null unless it is a refund."""
    repayment: Repayment | None = relation("repayment_id")
    """What the refund became: it pays what is due, then what falls due next. Null before it was approved, and for others."""
    proposed_by: Staff | None = relation("proposed_by_id")
    """Who proposed it; null to customers."""
    decided_by: Staff | None = relation("decided_by_id")
    """Who decided, never the same person; null before, and to customers."""


@filter_of(models.CaseRedress)
class CaseRedressFilter:
    """Narrows a list of redress."""

    status: ProposalStatus | None = matches("status")
    """PROPOSED ones wait for a manager."""


@root
class CaseRedressRoot:
    case_redress: Connection[CaseRedress] = connection(filter=CaseRedressFilter, allow=IN_CHARGE | AUDITORS)
    """What makes up for the cases of the customers you look after, oldest first."""


@input
class ProposeRedressInput(Input):
    """For which case, and what."""

    case_id: int = id_of(models.Case)
    """One that is not over."""
    kind: RedressKind
    """How it is made up for."""
    words: str = text(1, 2_000)
    """What for, in words for the customer."""
    amount: rules.money.Money | None = money_input()
    """What is given back: at most the costs and penalties that were paid on the loan. Nothing unless it is a refund."""
    loan_id: int | None = id_of(models.Loan)
    """The customer's loan whose fees are given back. Nothing unless it is a refund."""
    points: int | None = whole(1, MOST_POINTS)
    """How many points. Nothing unless it gives some."""


@mutation(allow=IN_CHARGE, refusals=(*WORKING_ON_CASE, RedressUnclear, CurrencyMismatch, RedressTooLarge))
async def propose_redress(info: Info, input: ProposeRedressInput) -> models.CaseRedress:
    """Propose what is to make up for something; a manager decides, and the case is answered after that."""
    return await redress.propose_redress(info.context.viewer, **input.values())


@input
class ApproveRedressInput(Input):
    """Which redress."""

    redress_id: int = id_of(models.CaseRedress)
    """One that somebody else proposed."""
    key: str = text(1, 64)
    """Chosen before the first try; send the same again to retry safely."""


@mutation(allow=MANAGERS, refusals=(OwnAffairs, NotPossibleNow, SamePerson, CurrencyMismatch, RedressTooLarge))
async def approve_redress(info: Info, input: ApproveRedressInput) -> models.CaseRedress:
    """Let it happen: a refund is booked on the loan, points are given, the customer is told."""
    return await redress.approve_redress(info.context.viewer, **input.values())


@input
class DeclineRedressInput(Input):
    """Which redress."""

    redress_id: int = id_of(models.CaseRedress)
    """One that somebody else proposed."""


@mutation(allow=MANAGERS, refusals=(OwnAffairs, NotPossibleNow, SamePerson))
async def decline_redress(info: Info, input: DeclineRedressInput) -> models.CaseRedress:
    """Give nothing."""
    return await redress.decline_redress(info.context.viewer, **input.values())
