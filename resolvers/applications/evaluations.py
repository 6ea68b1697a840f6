"""What is known of an application, and what the policy that holds says of it."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from models import (
    Application,
    Customer,
    DocumentRequest,
    EvaluatedFact,
    Evaluation,
    Installment,
    Invitation,
    Loan,
    Offer,
    Policy,
    PolicyRule,
    PriceBand,
    ProductVersion,
    Refinancing,
)
from models.database import Unit
from resolvers.applications.disclosures import is_acknowledged
from resolvers.products import quotes
from resolvers.products.terms import fees_of
from rules.applications import policies
from rules.applications.drafts import ApplicationPart, Stated, missing_parts
from rules.applications.kinds import DisclosureStep
from rules.applications.parties import InvitationStatus
from rules.applications.policies import (
    Evaluated,
    Fact,
    age,
    debt_share,
    evaluate,
    left_to_live,
    monthly,
    months_employed,
    parts_of,
)
from rules.applications.states import ApplicationStatus
from rules.documents.requests import RequestStatus
from rules.loans.states import LoanStatus
from rules.money import ZERO, Money
from rules.products.states import ProposalStatus


async def policy_of(version: ProductVersion, today: date) -> Policy | None:
    """Give the policy that holds for a product on a day; None while there is none."""
    approved = Policy.filter(product_id=version.product_id, status=ProposalStatus.APPROVED, valid_from__lte=today)
    return await approved.order_by("-valid_from", "-id").first()


async def rules_of(policy: Policy) -> policies.Policy:
    """Give a policy as the rules take it."""
    rules = await PolicyRule.filter(policy_id=policy.id).order_by("number")
    bands = await PriceBand.filter(policy_id=policy.id).order_by("number")
    return policies.Policy(
        tuple(policies.PolicyRule(row.fact, row.minimum, row.maximum, row.outcome, row.reason) for row in rules),
        policy.automatic_up_to,
        policy.price_fact,
        tuple(policies.PriceBand(row.starts_at, row.ends_at, row.spread_bp) for row in bands),
    )


async def evaluate_now(application: Application, version: ProductVersion, today: date) -> Evaluated | None:
    """Say what the policy makes of an application as it stands, and keep nothing; None where none holds."""
    policy = await policy_of(version, today)
    if policy is None:
        return None
    return evaluate(await rules_of(policy), await _facts_of(application, version, today))


async def keep_evaluation(
    unit: Unit, application: Application, version: ProductVersion
) -> tuple[Policy, Evaluated] | None:
    """Write down what is known of an application that is handed in, and what the policy says; None where none holds."""
    facts = await _facts_of(application, version, unit.today)
    policy = await policy_of(version, unit.today)
    evaluated = None if policy is None else evaluate(await rules_of(policy), facts)
    row = await Evaluation.create(
        customer_id=application.customer_id,
        application_id=application.id,
        policy_id=None if policy is None else policy.id,
        evaluated_on=unit.today,
        outcome=None if evaluated is None else evaluated.outcome,
        reason=None if evaluated is None else evaluated.reason,
        rule_number=None if evaluated is None else evaluated.rule,
        spread_bp=0 if evaluated is None else evaluated.spread_bp,
    )
    known = {"customer_id": application.customer_id, "evaluation_id": row.id}
    await EvaluatedFact.bulk_create(
        [EvaluatedFact(fact=fact, value=value, **known) for fact, value in facts.items() if value is not None]
    )
    return None if policy is None or evaluated is None else (policy, evaluated)


async def missing_of(application: Application, today: date) -> tuple[ApplicationPart, ...]:
    """Give what has to be said before an application can be handed in."""
    version = await ProductVersion.get(id=application.product_version_id)
    policy = await policy_of(version, today)
    needed = frozenset[ApplicationPart]() if policy is None else parts_of((await rules_of(policy)).facts)
    customer = await Customer.get_or_none(id=application.customer_id)
    stated = Stated(
        is_identified=customer is not None and customer.is_identified,
        has_purpose=application.purpose is not None,
        income=application.monthly_income,
        costs=application.monthly_costs,
        debts=application.monthly_debts,
        employment=application.employment,
        employed_since=application.employed_since,
        all_answered=application.id is None or not await _waits_for_parties(application),
        has_papers=application.id is None or not await _waits_for_papers(application),
        has_acknowledged=application.id is not None and await is_acknowledged(application, DisclosureStep.SUBMIT),
    )
    return missing_parts(stated, needed)


async def _waits_for_parties(application: Application) -> bool:
    return await Invitation.exists(application_id=application.id, status=InvitationStatus.INVITED)


async def _waits_for_papers(application: Application) -> bool:
    return await DocumentRequest.exists(application_id=application.id, status=RequestStatus.OPEN)


async def _facts_of(application: Application, version: ProductVersion, today: date) -> Mapping[Fact, Decimal | None]:
    """Give each fact as far as it is known."""
    customer = await Customer.get_or_none(id=application.customer_id)
    asked = Money(application.amount, application.currency)
    figures = await quotes.reckon(version, await fees_of(version), asked, application.term, today)
    income, costs, stated = application.monthly_income, application.monthly_costs, application.monthly_debts
    promised = await _promised_to(application, today)
    own = await _installments_of(application, promised, today)
    debts = [stated, own, monthly(figures.installment, version.frequency)]
    lent = await _lent_to(application, promised)
    return {
        Fact.AGE: None if customer is None or customer.birth_on is None else age(customer.birth_on, today),
        Fact.AMOUNT: application.amount,
        Fact.TERM: Decimal(application.term),
        Fact.MONTHLY_INCOME: income,
        Fact.DEBT_SHARE: debt_share(income, debts),
        Fact.LEFT_TO_LIVE: left_to_live(income, [costs, *debts]),
        **lent,
        Fact.EXPOSURE: (lent[Fact.EXPOSURE] or ZERO) + figures.amount,
        Fact.MONTHS_EMPLOYED: months_employed(application.employment, application.employed_since, today),
    }


async def _promised_to(application: Application, today: date) -> list[Offer]:
    """Give what the customer was offered beside, and can still take."""
    decided = Application.filter(
        customer_id=application.customer_id, status__in=[ApplicationStatus.OFFERED, ApplicationStatus.ACCEPTED]
    )
    loans = Loan.filter(customer_id=application.customer_id).prefetch_related("contract")
    signed = {loan.contract.application_id async for loan in loans}
    waiting = [each.id async for each in decided if each.id != application.id and each.id not in signed]
    offers = Offer.filter(application_id__in=waiting, is_current=True, expires_on__gte=today)
    return await offers.order_by("id").prefetch_related("application__product_version")


async def _lent_to(application: Application, promised: Sequence[Offer]) -> dict[Fact, Decimal | None]:
    """Give what the customer's loans with us say, and what was promised to him.

    Of the loan that is to be settled, how it was paid counts alone.
    """
    loans = await Loan.filter(customer_id=application.customer_id)
    settled = await _settled_by(application)
    running = [loan for loan in loans if loan.is_open and loan.id != settled]
    return {
        Fact.DAYS_PAST_DUE: Decimal(max((loan.days_past_due for loan in loans if loan.is_open), default=0)),
        Fact.LOSSES: Decimal(sum(loan.status is LoanStatus.WRITTEN_OFF for loan in loans)),
        Fact.OPEN_LOANS: Decimal(len(running) + len(promised)),
        Fact.EXPOSURE: sum((_owed(loan) for loan in running), ZERO) + sum((offer.amount for offer in promised), ZERO),
        Fact.REPAID_LOANS: Decimal(sum(loan.status is LoanStatus.CLOSED for loan in loans)),
    }


def _owed(loan: Loan) -> Decimal:
    """Give what is lent, or is about to be."""
    return loan.principal if loan.status is LoanStatus.PENDING else loan.outstanding


async def _settled_by(application: Application) -> int | None:
    if application.id is None:
        return None
    refinancing = await Refinancing.get_or_none(application_id=application.id)
    return None if refinancing is None else refinancing.loan_id


async def _installments_of(application: Application, promised: Sequence[Offer], today: date) -> Decimal:
    """Give what the customer's loans, and those promised to him, take each month: the next line of each, by its frequency."""
    settled, total = await _settled_by(application), ZERO
    for loan in await Loan.filter(customer_id=application.customer_id, is_open=True):
        if loan.id != settled:
            version = await ProductVersion.get(id=loan.product_version_id)
            total += monthly(await _next_line(loan, version, today), version.frequency)
    for offer in promised:
        version, lent = offer.application.product_version, Money(offer.amount, offer.currency)
        total += monthly(await _first_line(version, lent, offer.term, offer.annual_rate, today), version.frequency)
    return total


async def _next_line(loan: Loan, version: ProductVersion, today: date) -> Decimal:
    """Give what a loan takes next; one that waits for its payout has no lines yet: its first one if it began today."""
    if loan.status is LoanStatus.PENDING:
        return await _first_line(version, Money(loan.principal, loan.currency), loan.term, loan.rate, today)
    line = await Installment.filter(loan_id=loan.id, is_open=True).order_by("number").first()
    return ZERO if line is None else line.principal + line.interest + line.costs


async def _first_line(version: ProductVersion, lent: Money, term: int, rate: Decimal, today: date) -> Decimal:
    return (await quotes.reckon(version, await fees_of(version), lent, term, today, annual_rate=rate)).installment
