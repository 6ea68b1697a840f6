"""What one manager proposes of products, markets, policies, points, levels, discounts, referrals and rewards, and another decides."""

from models import (
    EarningRule,
    MarketChange,
    PointsAdjustment,
    Policy,
    ProductVersion,
    RateDiscount,
    RateDiscountPolicy,
    ReferralProgramme,
    Reward,
    TierPlan,
)
from models.database import Unit
from resolvers.people.staff import accounts_of
from rules.people.staff import check_other_person
from rules.products.states import PROPOSAL_MOVES, ProposalStatus

Proposal = (
    ProductVersion
    | MarketChange
    | Policy
    | EarningRule
    | PointsAdjustment
    | ReferralProgramme
    | Reward
    | TierPlan
    | RateDiscountPolicy
    | RateDiscount
)

DECIDED = ("status", "decided_by_id", "decided_at")
"""What `decide` sets."""


async def check_decidable(unit: Unit, proposal: Proposal, status: ProposalStatus) -> None:
    """Let somebody else than who proposed it decide so. Raises `NotPossibleNow`, `SamePerson`."""
    PROPOSAL_MOVES.check(proposal.status, status, unit.viewer.role)
    check_other_person(proposal.proposed_by_id, await accounts_of(unit.viewer))


def decide(unit: Unit, proposal: Proposal, status: ProposalStatus) -> None:
    """Say who decided it, and when, unsaved."""
    proposal.status, proposal.decided_by_id, proposal.decided_at = status, unit.viewer.staff_id, unit.now
