"""What one manager proposes of products, markets, policies, points, levels, discounts, referrals and rewards, and another decides."""

from typing import TypeVar

from models import EarningRule, PointsAdjustment, ProductVersion
from models.database import Unit, locked
from models.products.proposals import Proposed
from resolvers.people.staff import accounts_of
from rules.people.staff import check_other_person
from rules.products.states import PROPOSAL_MOVES, ProposalStatus

Proposal = Proposed | ProductVersion | EarningRule | PointsAdjustment

P = TypeVar("P", bound=Proposal)

DECIDED = ("status", "decided_by_id", "decided_at")
"""What `decide` sets."""


async def decided(unit: Unit, model: type[P], id: int, status: ProposalStatus) -> P:
    """Lock a proposal that this person may decide so, and say that he did, unsaved.

    Raises `NotFound`, `NotPossibleNow`, `SamePerson`.
    """
    proposal = await locked(model, unit.viewer, id)
    await check_decidable(unit, proposal, status)
    decide(unit, proposal, status)
    return proposal


async def check_decidable(unit: Unit, proposal: Proposal, status: ProposalStatus) -> None:
    """Let somebody else than who proposed it decide so. Raises `NotPossibleNow`, `SamePerson`."""
    PROPOSAL_MOVES.check(proposal.status, status, unit.viewer.role)
    assert proposal.proposed_by_id is not None, "what waits was proposed"
    check_other_person(proposal.proposed_by_id, await accounts_of(unit.viewer))


def decide(unit: Unit, proposal: Proposal, status: ProposalStatus) -> None:
    """Say who decided it, and when, unsaved."""
    proposal.status, proposal.decided_by_id, proposal.decided_at = status, unit.viewer.staff_id, unit.now
