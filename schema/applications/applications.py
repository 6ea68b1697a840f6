"""Applications, as customer and officer see them."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import strawberry

import models
import rules.money
from resolvers.applications import applications
from rules.applications.disclosures import DisclosureNotAcknowledged, IdentityMissing
from rules.applications.drafts import EmployedSinceInvalid, Employment, PartMissing, TermsOver
from rules.applications.kinds import Purpose
from rules.applications.numbers import application_number
from rules.applications.states import ApplicationStatus
from rules.applications.steps import Skill
from rules.loans.refinancings import NotRefinanceable, RefinancingTooSmall
from rules.loans.repayments import CurrencyMismatch
from rules.people.access import ALL_STAFF, CUSTOMERS
from rules.people.customers import BranchFixed, TooYoung
from rules.products.quotes import AmountNotWholeCents, AmountOutOfRange, CostTooHigh, TermOutOfRange
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import (
    Connection,
    Input,
    Node,
    children,
    computed,
    connection,
    filter_of,
    id_of,
    input,
    matches,
    money,
    mutation,
    node,
    relation,
    root,
    whole,
)
from schema.money import Money, money_input

if TYPE_CHECKING:
    from schema.applications.assignments import ApplicationStep
    from schema.applications.contracts import Contract
    from schema.applications.corrections import Correction
    from schema.applications.decisions import Assessment, Decision
    from schema.applications.disclosures import CostDisclosure
    from schema.applications.offers import Offer
    from schema.applications.parties import Invitation
    from schema.applications.policies import Evaluation
    from schema.applications.quotes import Quote
    from schema.documents.requests import DocumentRequest
    from schema.loans.loans import Loan
    from schema.people.branches import Branch
    from schema.people.customers import Customer
    from schema.people.staff import Staff
    from schema.products.products import ProductVersion


@node(models.Application)
class Application(Node):
    """A customer's request for a loan."""

    number: str = computed(application_number, "id", "created_at")
    """What people read aloud, such as A-2026-000045."""
    status: ApplicationStatus
    """Where it stands."""
    version: int
    """Send it back with a change; it counts the changes."""
    amount: Money = money()
    """How much he asks for."""
    term: int
    """In months."""
    purpose: Purpose | None
    """What it is for; null until he says so."""
    monthly_income: Money | None = money()
    """What comes in each month, as he says; null until he does, like the four that follow."""
    monthly_costs: Money | None = money()
    """What living costs each month."""
    monthly_debts: Money | None = money()
    """What debts elsewhere take each month."""
    employment: Employment | None
    """What he lives on."""
    employed_since: date | None
    """Since when he does his present work."""
    wants_person: bool
    """Whether he asked that a person decides."""
    submitted_at: datetime | None
    """When it was submitted; null before."""
    created_at: datetime
    """When it was started."""
    skill: Skill | None
    """What whoever works on it has to know; null: nothing special."""
    due_at: datetime | None
    """Until when we mean to be done with the step it is in; null where it waits for the customer."""
    assignee: Staff | None = relation("assignee_id")
    """Who works on it; null if nobody does yet, and always for customers."""
    steps: list[ApplicationStep] = children(via="application_id")
    """Where it stood, since when, and for how long: the oldest first."""
    refinancing: Refinancing | None = relation(via="application_id")
    """The older loan that the new one is to settle; null if none."""
    customer: Customer = relation("customer_id")
    """Who applies."""
    branch: Branch = relation("branch_id")
    """Who looks after it."""
    product_version: ProductVersion = relation("product_version_id")
    """The terms it asks for."""
    quote: Quote | None = relation(via="application_id")
    """The figures it started from."""
    disclosures: list[CostDisclosure] = children(via="application_id")
    """The whole cost as it was shown: before submitting, and again before signing."""
    assessments: list[Assessment] = children(via="application_id")
    """What officers recommended; customers see none."""
    corrections: list[Correction] = children(via="application_id")
    """Why it was sent back, each time, oldest first."""
    evaluations: list[Evaluation] = children(via="application_id")
    """What was known each time it was handed in, and what the policy said; customers see none."""
    document_requests: list[DocumentRequest] = children(via="application_id")
    """Papers that were asked for, oldest first; OPEN ones are missing."""
    invitations: list[Invitation] = children(via="application_id")
    """Who was asked to take part, oldest first."""
    decision: Decision | None = relation(via="application_id", is_current=True)
    """Null until it is decided, and while a person looks again at what a policy decided."""
    offer: Offer | None = relation(via="application_id", is_current=True)
    """What we are ready to lend; null if nothing was offered."""
    contract: Contract | None = relation(via="application_id")
    """The text to sign; null until the offer is accepted."""


@node(models.Refinancing)
class Refinancing(Node):
    """A loan that is to be settled out of a new one."""

    loan: Loan = relation("loan_id")
    """The older loan of the applicant's."""


@filter_of(models.Application)
class ApplicationFilter:
    """Narrows a list of applications."""

    status: ApplicationStatus | None = matches("status")
    """Those that stand here."""
    branch: strawberry.ID | None = matches("branch_id", id_of=models.Branch)
    """Those this branch looks after."""
    assignee: strawberry.ID | None = matches("assignee_id", id_of=models.Staff)
    """Those that this member of staff works on."""
    skill: Skill | None = matches("skill")
    """Those that take this skill."""


@filter_of(models.Application)
class OwnApplicationFilter:
    """Narrows a list of one customer's applications."""

    status: ApplicationStatus | None = matches("status")
    """Those that stand here."""


@root
class ApplicationRoot:
    applications: Connection[Application] = connection(filter=ApplicationFilter, allow=ALL_STAFF)
    """The queue: applications of the customers you look after, oldest first."""


@input
class StartApplicationInput(Input):
    """What you want to borrow."""

    product_id: int = id_of(models.Product)
    """A product that is offered."""
    amount: rules.money.Money = money_input()
    """How much, in the product's currency."""
    term: int = whole(1, 600)
    """For how many months."""
    branch_id: int | None = id_of(models.Branch)
    """The branch that is to look after you, until you have applied for the first time; nothing for the one you have."""
    refinances_id: int | None = id_of(models.Loan)
    """A running loan of yours that the new one is to settle: what is left of it is paid out."""


@mutation(
    allow=CUSTOMERS,
    refusals=(
        AmountOutOfRange,
        AmountNotWholeCents,
        TermOutOfRange,
        CurrencyMismatch,
        CostTooHigh,
        BranchFixed,
        NotRefinanceable,
        RefinancingTooSmall,
    ),
)
async def start_application(info: Info, input: StartApplicationInput) -> models.Application:
    """Start an application: stores the quote, a draft, and the cost disclosure to acknowledge."""
    return await applications.start_application(info.context.viewer, **input.values())


@input
class SubmitApplicationInput(Input):
    """Which application, and what the money is for."""

    application_id: int = id_of(models.Application)
    """A draft of yours, or one that was sent back, its cost disclosure acknowledged."""
    purpose: Purpose
    """What the money is for."""
    version: int = whole(1, 2**31 - 1)
    """The application's version as you saw it."""


@mutation(
    allow=CUSTOMERS,
    refusals=(
        NotPossibleNow,
        TermsOver,
        CostTooHigh,
        IdentityMissing,
        TooYoung,
        EmployedSinceInvalid,
        DisclosureNotAcknowledged,
        PartMissing,
        NotRefinanceable,
        RefinancingTooSmall,
    ),
)
async def submit_application(info: Info, input: SubmitApplicationInput) -> models.Application:
    """Hand an application in, or in again; an officer takes it from there."""
    return await applications.submit_application(info.context.viewer, **input.values())


@input
class WithdrawApplicationInput(Input):
    """Which application."""

    application_id: int = id_of(models.Application)
    """One of yours whose offer you have not accepted; an accepted one ends by itself if you do not sign."""
    version: int = whole(1, 2**31 - 1)
    """The application's version as you saw it."""


@mutation(allow=CUSTOMERS, refusals=(NotPossibleNow,))
async def withdraw_application(info: Info, input: WithdrawApplicationInput) -> models.Application:
    """Take an application back; no reason is asked."""
    return await applications.withdraw_application(info.context.viewer, **input.values())
