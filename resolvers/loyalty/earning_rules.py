"""Rules of what earns points: one person proposes, another approves; any manager can end one that holds."""

from datetime import date
from typing import Any

from models import EarningRule, Viewer
from models.database import Unit, locked, one_at_a_time, transaction
from resolvers.products.proposals import DECIDED, decided
from rules.loyalty.earning import EarningTerms, RuleDateNotAllowed, check_no_overlap, check_terms
from rules.products.states import ProposalStatus
from rules.states import NotPossibleNow


async def propose_earning_rule(viewer: Viewer, **terms: Any) -> EarningRule:
    """Propose what an act earns, from when on.

    Raises `CapTooLow`, `RuleIncomplete`, `RuleDateNotAllowed`.
    """
    async with transaction(viewer, "propose_earning_rule") as unit:
        check_terms(EarningTerms(id=0, **terms), unit.today)
        unit.subject = rule = await EarningRule.create(
            status=ProposalStatus.PROPOSED, proposed_by_id=viewer.staff_id, **terms
        )
        return rule


async def approve_earning_rule(viewer: Viewer, *, rule_id: int) -> EarningRule:
    """Let a rule hold from its first day on: of one act, one rule holds on any day.

    Raises `NotFound`, `NotPossibleNow`, `SamePerson`, `RulesOverlap`, and what proposing it would today.
    """
    async with transaction(viewer, "approve_earning_rule") as unit:
        rule = await _decide(unit, rule_id, ProposalStatus.APPROVED)
        check_terms(rule.terms, unit.today)
        await one_at_a_time(f"earning rules {rule.act}")
        others = await EarningRule.filter(act=rule.act, status=ProposalStatus.APPROVED).exclude(id=rule.id)
        check_no_overlap(rule.terms, [other.terms for other in others])
        return rule


async def decline_earning_rule(viewer: Viewer, *, rule_id: int) -> EarningRule:
    """Leave a rule out. Raises `NotFound`, `NotPossibleNow`, `SamePerson`."""
    async with transaction(viewer, "decline_earning_rule") as unit:
        return await _decide(unit, rule_id, ProposalStatus.DECLINED)


async def end_earning_rule(viewer: Viewer, *, rule_id: int, valid_to: date) -> EarningRule:
    """Say on which day a rule does not hold any more; what was earned by it stays.

    Raises `NotFound`, `NotPossibleNow` for one that was not approved or has ended, `RuleDateNotAllowed` for a day that is
    over, or after the end that it has.
    """
    async with transaction(viewer, "end_earning_rule") as unit:
        rule = await locked(EarningRule, viewer, rule_id)
        if rule.status is not ProposalStatus.APPROVED or (rule.valid_to is not None and rule.valid_to <= unit.today):
            raise NotPossibleNow(current=rule.status)
        earliest = max(unit.today, rule.valid_from)
        if valid_to < earliest or (rule.valid_to is not None and valid_to > rule.valid_to):
            raise RuleDateNotAllowed(earliest=earliest)
        rule.valid_to = valid_to
        await rule.save(update_fields=["valid_to"])
        return rule


async def _decide(unit: Unit, rule_id: int, status: ProposalStatus) -> EarningRule:
    rule = await decided(unit, EarningRule, rule_id, status)
    await rule.save(update_fields=DECIDED)
    return rule
