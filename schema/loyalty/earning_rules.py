"""Rules of what earns points."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import models
from resolvers.loyalty import earning_rules, earning_trials
from rules.loyalty.earning import CapTooLow, RuleDateNotAllowed, RuleIncomplete, RulesOverlap
from rules.loyalty.kinds import Act, CapPeriod
from rules.loyalty.points import MOST_AT_ONCE
from rules.people.access import AUDITORS, MANAGERS
from rules.people.staff import SamePerson
from rules.products.states import ProposalStatus
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import (
    Connection,
    Input,
    Node,
    connection,
    day,
    filter_of,
    id_of,
    input,
    matches,
    money,
    mutation,
    node,
    query,
    relation,
    root,
    value,
    whole,
)
from schema.money import Money

if TYPE_CHECKING:
    from schema.people.customers import Customer
    from schema.people.staff import Staff


@node(models.EarningRule)
class EarningRule(Node):
    """What an act earns, from when until when. For what was done on a day, the rule of that day counts."""

    act: Act
    """What earns."""
    points: int
    """How many it gives, before the tier's percentage."""
    at_least: int | None
    """Of a streak, how many installments in a row; of an early settlement, how many days before the end; else null."""
    pending_days: int
    """So many days after they were earned they can be spent."""
    lifetime_months: int
    """They can be spent until the end of the month so many months later."""
    cap_points: int | None
    """The most that a customer gets of it in a period; null: as often as he earns it."""
    cap_period: CapPeriod | None
    """In which period; null without a cap."""
    is_qualifying: bool
    """Whether it counts for the tier, too."""
    valid_from: date
    """The first day it holds."""
    valid_to: date | None
    """The first day it does not hold any more; null while no end is set."""
    status: ProposalStatus
    """Where it stands; customers see those that were approved."""
    created_at: datetime
    """When it was proposed."""
    proposed_by: Staff | None = relation("proposed_by_id")
    """Who proposed it; null where the house came with it."""
    decided_by: Staff | None = relation("decided_by_id")
    """Who decided it, never the same person; null before."""
    decided_at: datetime | None
    """When it was decided; null before."""


@filter_of(models.EarningRule)
class EarningRuleFilter:
    """Narrows a list of rules."""

    status: ProposalStatus | None = matches("status")
    """Those that stand here: PROPOSED ones wait for somebody who decides."""


@root
class EarningRuleRoot:
    earning_rules: Connection[EarningRule] = connection(filter=EarningRuleFilter)
    """Rules that were approved, those too whose time is over or has not come, oldest first; to staff, all others, too."""


@input
class ProposeEarningRuleInput(Input):
    """What an act is to earn."""

    act: Act
    """What earns."""
    points: int = whole(1, MOST_AT_ONCE)
    """How many it gives."""
    at_least: int | None = whole(1, 600)
    """Of a streak, how many installments in a row; of an early settlement, how many days before the end; else left out."""
    pending_days: int = whole(0, 366)
    """So many days after they were earned they can be spent: as long as a payment may bounce."""
    lifetime_months: int = whole(1, 120)
    """They can be spent until the end of the month so many months later."""
    cap_points: int | None = whole(1, MOST_AT_ONCE)
    """The most that a customer gets of it in a period; left out: no bound."""
    cap_period: CapPeriod | None
    """In which period, where there is a bound."""
    is_qualifying: bool
    """Whether it counts for the tier, too."""
    valid_from: date = day()
    """The first day it holds: today or later."""
    valid_to: date | None = day()
    """The first day it does not hold any more; left out: until somebody ends it."""


@mutation(allow=MANAGERS, refusals=(CapTooLow, RuleIncomplete, RuleDateNotAllowed))
async def propose_earning_rule(info: Info, input: ProposeEarningRuleInput) -> models.EarningRule:
    """Propose what an act earns; another manager decides. Try it out before: `tryEarningRule`."""
    return await earning_rules.propose_earning_rule(info.context.viewer, **input.values())


@input
class ApproveEarningRuleInput(Input):
    """Which rule."""

    rule_id: int = id_of(models.EarningRule)
    """One that somebody else proposed."""


@mutation(
    allow=MANAGERS,
    refusals=(NotPossibleNow, SamePerson, RulesOverlap, CapTooLow, RuleIncomplete, RuleDateNotAllowed),
)
async def approve_earning_rule(info: Info, input: ApproveEarningRuleInput) -> models.EarningRule:
    """Let a rule hold from its first day on."""
    return await earning_rules.approve_earning_rule(info.context.viewer, **input.values())


@input
class DeclineEarningRuleInput(Input):
    """Which rule."""

    rule_id: int = id_of(models.EarningRule)
    """One that somebody else proposed."""


@mutation(allow=MANAGERS, refusals=(NotPossibleNow, SamePerson))
async def decline_earning_rule(info: Info, input: DeclineEarningRuleInput) -> models.EarningRule:
    """Leave a rule out."""
    return await earning_rules.decline_earning_rule(info.context.viewer, **input.values())


@input
class EndEarningRuleInput(Input):
    """Which rule, and when it is over."""

    rule_id: int = id_of(models.EarningRule)
    """One that was approved."""
    valid_to: date = day()
    """The first day on which it does not hold any more: today at the earliest."""


@mutation(allow=MANAGERS, refusals=(NotPossibleNow, RuleDateNotAllowed))
async def end_earning_rule(info: Info, input: EndEarningRuleInput) -> models.EarningRule:
    """Say when a rule does not hold any more, at once where something is wrong with it; what was earned stays."""
    return await earning_rules.end_earning_rule(info.context.viewer, **input.values())


@value(earning_trials.TrialShare)
class TrialShare:
    """What one customer would have got."""

    customer: Customer
    """Who."""
    awards: int
    """How many times."""
    points: int
    """How many points, all together."""


@value(earning_trials.EarningTrial)
class TryEarningRuleSuccess:
    """What a rule would have given in a time; nothing was given."""

    customer_count: int
    """How many customers would have earned something."""
    awards: int
    """How many times."""
    capped_awards: int
    """How many of them would have given less than in full, or nothing, because of the cap."""
    points: int
    """How many points, all together."""
    cost: Money = money()
    """What they would have cost."""
    most: list[TrialShare]
    """Those of your customers who would have got most: 20 at most."""


@input
class TryEarningRuleInput(Input):
    """A rule, and the time on which it is tried out."""

    act: Act
    """What earns."""
    points: int = whole(1, MOST_AT_ONCE)
    """How many it gives."""
    at_least: int | None = whole(1, 600)
    """Of a streak, how many installments in a row; of an early settlement, how many days before the end; else left out."""
    cap_points: int | None = whole(1, MOST_AT_ONCE)
    """The most that a customer gets of it in a period; left out: no bound."""
    cap_period: CapPeriod | None
    """In which period, where there is a bound."""
    since: date = day()
    """The first day of what is looked at."""
    until: date = day()
    """The last day of it: within a year of the first."""


@query(allow=MANAGERS | AUDITORS, refusals=(CapTooLow, RuleIncomplete, RuleDateNotAllowed))
async def try_earning_rule(info: Info, input: TryEarningRuleInput) -> earning_trials.EarningTrial:
    """Say who would have got what by a rule, as tiers are today. It looks at every loan: in a large house that takes a while."""
    return await earning_trials.try_earning_rule(info.context.viewer, **input.values())
