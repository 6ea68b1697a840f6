"""What is known of an application, and what the policy that holds says of it."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from tortoise.expressions import Subquery

from models import (
    Application,
    Customer,
    DocumentRequest,
    EvaluatedFact,
    Evaluation,
    Installment,
    Invitation,
    Loan,
    LoanParty,
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
from resolvers.products.terms import fees_of, terms_today
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
from rules.people.access import PartyRole
from rules.products.quotes import figures_of
from rules.products.states import ProposalStatus


async def policy_of(version: ProductVersion, today: date) -> Policy | None:
    """Give the policy that holds for a product on a day; None while there is none."""
    approved = Policy.filter(
        product_id=version.product_id,
        currency=version.currency,
        status=ProposalStatus.APPROVED,
        valid_from__lte=today,
    )
    return await approved.order_by("-valid_from", "-decided_at", "-id").first()


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


async def spread_for(evaluation: Evaluation, amount: Decimal, term: int) -> int:
    """Give the price of an amount and a term, in basis points: that of what was asked for, unless it goes by these."""
    policy = await Policy.get_or_none(id=evaluation.policy_id)
    offered = {Fact.AMOUNT: amount, Fact.TERM: Decimal(term)}
    if policy is None or policy.price_fact not in offered:
        return int(evaluation.spread_bp)
    return policies.spread(await rules_of(policy), offered)


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
        all_answered=application.id is None or not await _waits_for_parties(application, today),
        has_papers=application.id is None or not await _waits_for_papers(application),
        has_acknowledged=application.id is not None and await is_acknowledged(application, DisclosureStep.SUBMIT),
    )
    return missing_parts(stated, needed)


async def _waits_for_parties(application: Application, today: date) -> bool:
    """One that can no longer be accepted holds nobody up."""
    waiting = Invitation.filter(application_id=application.id, status=InvitationStatus.INVITED)
    return await waiting.filter(expires_on__gte=today).exists()


async def _waits_for_papers(application: Application) -> bool:
    return await DocumentRequest.exists(application_id=application.id, status=RequestStatus.OPEN)


async def _facts_of(application: Application, version: ProductVersion, today: date) -> Mapping[Fact, Decimal | None]:
    """Give each fact as far as it is known."""
    customer = await Customer.get_or_none(id=application.customer_id)
    asked = Money(application.amount, application.currency)
    figures = await quotes.reckon(version, await fees_of(version), asked, application.term, today, is_capped=False)
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
        Fact.EXPOSURE: None if (exposure := lent[Fact.EXPOSURE]) is None else exposure + figures.amount,
        Fact.MONTHS_EMPLOYED: months_employed(application.employment, application.employed_since, today),
    }


async def _promised_to(application: Application, today: date) -> list[Offer]:
    """Give what the customer was offered beside, and can still take."""
    loans = Loan.filter(customer_id=application.customer_id)
    signed = await loans.values_list("contract__application_id", flat=True)
    offers = Offer.filter(
        customer_id=application.customer_id,
        application__status__in=[ApplicationStatus.OFFERED, ApplicationStatus.ACCEPTED],
        is_current=True,
        expires_on__gte=today,
    )
    found = await offers.order_by("id").prefetch_related("application__product_version")
    return [offer for offer in found if offer.application_id not in {application.id, *signed}]


async def _lent_to(application: Application, promised: Sequence[Offer]) -> dict[Fact, Decimal | None]:
    """Give what the loans that the customer owes us, alone or with others, say, and what was promised to him.

    Of the loan that is to be settled, how it was paid counts alone. Sums are not known where something is in another
    currency.
    """
    loans = await _owed_by(application.customer_id)
    settled = await _settled_by(application)
    running = [loan for loan in loans if loan.is_open and loan.id != settled]
    return {
        Fact.DAYS_PAST_DUE: Decimal(max((loan.days_past_due for loan in loans if loan.is_open), default=0)),
        Fact.LOSSES: Decimal(sum(loan.status is LoanStatus.WRITTEN_OFF for loan in loans)),
        Fact.OPEN_LOANS: Decimal(len(running) + len(promised)),
        Fact.EXPOSURE: _sum_of(
            application, [*running, *promised], [*map(_owed, running), *(each.amount for each in promised)]
        ),
        Fact.REPAID_LOANS: Decimal(sum(loan.status is LoanStatus.CLOSED for loan in loans)),
    }


async def _owed_by(customer_id: int) -> list[Loan]:
    """Give the loans that a customer borrowed, or borrowed along: for those he only answers for, another one is asked."""
    parts = LoanParty.filter(customer_id=customer_id, role__in=[PartyRole.BORROWER, PartyRole.CO_BORROWER])
    return await Loan.filter(id__in=Subquery(parts.values("loan_id"))).order_by("id")


def _sum_of(application: Application, rows: Sequence[Loan | Offer], amounts: Sequence[Decimal]) -> Decimal | None:
    is_known = all(row.currency == application.currency for row in rows)
    return sum(amounts, ZERO) if is_known else None


def _owed(loan: Loan) -> Decimal:
    """Give what is lent, or is about to be."""
    return loan.principal if loan.status is LoanStatus.PENDING else loan.outstanding


async def _settled_by(application: Application) -> int | None:
    if application.id is None:
        return None
    refinancing = await Refinancing.get_or_none(application_id=application.id)
    return None if refinancing is None else refinancing.loan_id


async def _installments_of(application: Application, promised: Sequence[Offer], today: date) -> Decimal | None:
    """Give what the customer's loans, and those promised to him, take each month: the next line of each, by its frequency."""
    settled, amounts = await _settled_by(application), list[Decimal]()
    running = [loan for loan in await _owed_by(application.customer_id) if loan.is_open and loan.id != settled]
    for loan in running:
        version = await ProductVersion.get(id=loan.product_version_id)
        amounts.append(monthly(await _next_line(loan, version, today), version.frequency))
    for offer in promised:
        version = offer.application.product_version
        line = await _first_line(version, offer.amount, offer.term, offer.annual_rate, today)
        amounts.append(monthly(line, version.frequency))
    return _sum_of(application, [*running, *promised], amounts)


async def _next_line(loan: Loan, version: ProductVersion, today: date) -> Decimal:
    """Give what a loan takes next; one that waits for its payout has no lines yet: its first one if it began today."""
    if loan.status is LoanStatus.PENDING:
        return await _first_line(version, loan.principal, loan.term, loan.rate, today)
    line = await Installment.filter(loan_id=loan.id, is_open=True).order_by("number").first()
    return ZERO if line is None else line.principal + line.interest + line.costs


async def _first_line(version: ProductVersion, lent: Decimal, term: int, rate: Decimal, today: date) -> Decimal:
    """Reckon what was agreed already: no bound of the product is asked."""
    terms = await terms_today(version, await fees_of(version), lent, term, today, annual_rate=rate)
    return figures_of(terms).installment
