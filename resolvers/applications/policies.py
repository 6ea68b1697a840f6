"""Making policies: proposed by one, tried out on past applications, approved by another."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from models import (
    Application,
    Decision,
    EvaluatedFact,
    Evaluation,
    Policy,
    PolicyRule,
    PriceBand,
    Product,
    ProductVersion,
    Viewer,
)
from models.database import one_at_a_time, transaction
from resolvers.applications.evaluations import rules_of
from resolvers.products.proposals import DECIDED, decided
from rules.applications import policies
from rules.applications.kinds import DecisionReason, Outcome
from rules.applications.numbers import application_number
from rules.applications.policies import Evaluated, Fact, PolicyDateNotAllowed, PolicyOutcome, check_policy, evaluate
from rules.applications.steps import BY_PEOPLE
from rules.errors import NotFound
from rules.loans.repayments import CurrencyMismatch
from rules.money import Money
from rules.products.quotes import check_stated
from rules.products.states import ProposalStatus

MOST_EXAMPLES = 50
_BATCH = 500


async def propose_policy(
    viewer: Viewer,
    *,
    product_id: int,
    valid_from: date,
    automatic_up_to: Money,
    rules: Sequence[policies.PolicyRule],
    price_fact: Fact | None = None,
    bands: Sequence[policies.PriceBand] = (),
) -> Policy:
    """Propose a policy of a product that would hold from a day on.

    Raises `NotFound`, `PolicyDateNotAllowed` for a day before today, `CurrencyMismatch`, `AmountOutOfRange`, `AmountNotWholeCents`,
    `PolicyContradicts`, `PolicyGap`.
    """
    check_stated(automatic_up_to)
    check_policy(policies.Policy(tuple(rules), automatic_up_to.amount, price_fact, tuple(bands)))
    async with transaction(viewer, "propose_policy") as unit:
        if valid_from < unit.today:
            raise PolicyDateNotAllowed(earliest=unit.today)
        if not await Product.visible_to(viewer).filter(id=product_id).exists():
            raise NotFound
        await _check_currency(product_id, automatic_up_to.currency)
        await one_at_a_time(f"policies of {product_id}")  # Their numbers follow each other.
        unit.subject = policy = await Policy.create(
            product_id=product_id,
            number=1 + await Policy.filter(product_id=product_id).count(),
            status=ProposalStatus.PROPOSED,
            currency=automatic_up_to.currency,
            automatic_up_to=automatic_up_to.amount,
            price_fact=price_fact,
            valid_from=valid_from,
            proposed_by_id=viewer.staff_id,
        )
        await PolicyRule.bulk_create(
            [PolicyRule(policy_id=policy.id, number=number, **vars(rule)) for number, rule in enumerate(rules, start=1)]
        )
        await PriceBand.bulk_create(
            [PriceBand(policy_id=policy.id, number=number, **vars(band)) for number, band in enumerate(bands, start=1)]
        )
        return policy


async def approve_policy(viewer: Viewer, *, policy_id: int) -> Policy:
    """Let a policy hold from its day on, or from today if that is over. Raises `NotFound`, `NotPossibleNow`, `SamePerson`."""
    return await _decide(viewer, "approve_policy", policy_id, ProposalStatus.APPROVED)


async def decline_policy(viewer: Viewer, *, policy_id: int) -> Policy:
    """Leave things as they are. Raises `NotFound`, `NotPossibleNow`, `SamePerson`."""
    return await _decide(viewer, "decline_policy", policy_id, ProposalStatus.DECLINED)


async def _decide(viewer: Viewer, operation: str, policy_id: int, status: ProposalStatus) -> Policy:
    async with transaction(viewer, operation) as unit:
        policy = await decided(unit, Policy, policy_id, status)
        policy.valid_from = max(policy.valid_from, unit.today)
        await policy.save(update_fields=[*DECIDED, "valid_from"])
        return policy


async def _check_currency(product_id: int, currency: str) -> None:
    """What is only proposed, or was offered before, has no say."""
    version = await ProductVersion.get_or_none(product_id=product_id, is_current=True)
    if version is not None and version.currency != currency:
        raise CurrencyMismatch(expected=version.currency)


@dataclass(frozen=True)
class DryRunCase:
    """An application that a policy and whoever decided it see differently."""

    number: str
    decided: Outcome
    would: PolicyOutcome
    reason: DecisionReason
    rule_number: int | None


@dataclass(frozen=True)
class DryRun:
    """What a policy would have made of past applications."""

    applications: int
    approved: int
    declined: int
    referred: int
    differing: int
    """Those that it would have decided otherwise than they were."""
    examples: tuple[DryRunCase, ...]
    """The first of these, at most 50."""


async def policy_dry_run(viewer: Viewer, *, policy_id: int, since: date, until: date) -> DryRun:
    """Try a policy out on what was handed in between two days, both within, of the customers the viewer looks after.

    Each time an application was handed in counts once, with what was known then; nothing is written. Raises `NotFound`.
    """
    policy = await Policy.visible_to(viewer).get_or_none(id=policy_id)
    if policy is None:
        raise NotFound
    rules = await rules_of(policy)
    counts = dict.fromkeys(PolicyOutcome, 0)
    differing, examples = 0, list[DryRunCase]()
    async for evaluation, evaluated, decision in _past(viewer, policy, rules, since, until):
        counts[evaluated.outcome] += 1
        if decision is None or evaluated.outcome is PolicyOutcome.REFER:
            continue
        if decision.outcome.value != evaluated.outcome.value:
            differing += 1
            if len(examples) < MOST_EXAMPLES:
                examples.append(await _case(evaluation, decision, evaluated))
    return DryRun(
        applications=sum(counts.values()),
        approved=counts[PolicyOutcome.APPROVE],
        declined=counts[PolicyOutcome.DECLINE],
        referred=counts[PolicyOutcome.REFER],
        differing=differing,
        examples=tuple(examples),
    )


async def _past(
    viewer: Viewer, policy: Policy, rules: policies.Policy, since: date, until: date
) -> AsyncIterator[tuple[Evaluation, Evaluated, Decision | None]]:
    """Go through what was handed in, some hundreds at a time, and what was decided of each."""
    versions = [row.id for row in await ProductVersion.filter(product_id=policy.product_id)]
    asked = Evaluation.visible_to(viewer).filter(
        evaluated_on__gte=since, evaluated_on__lte=until, application__product_version_id__in=versions
    )
    last_id = 0
    while rows := await asked.filter(id__gt=last_id).order_by("id").limit(_BATCH):
        last_id = rows[-1].id
        facts: dict[int, dict[Fact, Decimal | None]] = {row.id: {} for row in rows}
        for known in await EvaluatedFact.filter(evaluation_id__in=list(facts)):
            facts[known.evaluation_id][known.fact] = known.value
        of = [row.application_id for row in rows]
        decided = {each.application_id: each for each in await Decision.filter(application_id__in=of, is_current=True)}
        by_people = {each.id async for each in Application.filter(id__in=of, skill__in=list(BY_PEOPLE))}
        for row in rows:
            evaluated = evaluate(rules, facts[row.id])
            if row.application_id in by_people:
                evaluated = replace(evaluated, outcome=PolicyOutcome.REFER)
            yield row, evaluated, decided.get(row.application_id)


async def _case(evaluation: Evaluation, decision: Decision, evaluated: Evaluated) -> DryRunCase:
    application = await Application.get(id=evaluation.application_id)
    number = application_number(application.id, application.created_at)
    return DryRunCase(number, decision.outcome, evaluated.outcome, evaluated.reason, evaluated.rule)
