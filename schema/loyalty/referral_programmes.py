"""Programmes that reward bringing customers: proposed by one person, decided by another."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import models
from resolvers.loyalty import referral_programmes
from resolvers.loyalty.referral_programmes import ReferralTermsBonus
from rules.loyalty.referrals import ReferralBonusesInvalid, ReferralPolicy, ReferralStartNotAllowed
from rules.people.access import AUDITORS, IN_CHARGE, MANAGERS
from rules.people.staff import SamePerson
from rules.products.states import ProposalStatus
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import (
    Connection,
    Input,
    Node,
    children,
    connection,
    day,
    filter_of,
    id_of,
    input,
    list_of,
    matches,
    mutation,
    node,
    relation,
    root,
    whole,
)

if TYPE_CHECKING:
    from schema.people.staff import Staff

MOST = 1_000_000


@node(models.ReferralBonus)
class ReferralBonus(Node):
    """Points on top for a referrer's so many rewards in one calendar year."""

    after: int
    """For how many rewards."""
    points: int
    """How many there are on top."""


@node(models.ReferralProgramme)
class ReferralProgramme(Node):
    """What is rewarded, from a day on, by how much. The newest that has begun holds, until its end."""

    policy: ReferralPolicy
    """What both are rewarded for."""
    status: ProposalStatus
    """Where it stands."""
    valid_from: date
    """The first day it holds."""
    valid_to: date | None
    """The first day it no longer holds; null: until another one begins."""
    referrer_points: int
    """What the one whose code was used gets."""
    friend_points: int
    """What the one who used it gets."""
    yearly_limit: int
    """Rewards of one referrer in a calendar year."""
    daily_limit: int
    """Friends who name one code within 24 hours, beyond which a manager looks."""
    bonuses: list[ReferralBonus] = children(via="programme_id", order_by="after")
    """What there is on top."""
    created_at: datetime
    """When it was proposed."""
    proposed_by: Staff | None = relation("proposed_by_id")
    """Who proposes it."""
    decided_by: Staff | None = relation("decided_by_id")
    """Who decided it, never the same person; null before."""
    decided_at: datetime | None
    """When it was decided; null before."""


@filter_of(models.ReferralProgramme)
class ReferralProgrammeFilter:
    """Narrows a list of programmes."""

    status: ProposalStatus | None = matches("status")
    """Those that stand here: PROPOSED ones wait for somebody who decides."""


@root
class ReferralProgrammeRoot:
    referral_programmes: Connection[ReferralProgramme] = connection(
        filter=ReferralProgrammeFilter, allow=IN_CHARGE | AUDITORS
    )
    """All programmes that reward bringing customers, oldest first."""


@input
class ReferralBonusInput(Input):
    """Points on top for so many rewards in one calendar year."""

    after: int = whole(1, MOST)
    """For how many rewards: 3, 5 and 10 are usual."""
    points: int = whole(1, MOST)
    """How many there are on top."""


@input
class ProposeReferralProgrammeInput(Input):
    """What is to be rewarded, by how much, from when."""

    policy: ReferralPolicy
    """What both are rewarded for."""
    valid_from: date = day()
    """The first day it holds: today or later, and after every one that was approved."""
    valid_to: date | None = day()
    """The first day it no longer holds; the same as the first it holds, to end what held before; null: no end."""
    referrer_points: int = whole(1, MOST)
    """What the one whose code was used gets."""
    friend_points: int = whole(1, MOST)
    """What the one who used it gets."""
    yearly_limit: int | None = whole(1, MOST)
    """Rewards of one referrer in a calendar year; null: 10."""
    daily_limit: int | None = whole(1, MOST)
    """Friends who name one code within 24 hours, beyond which a manager looks; null: 5."""
    bonuses: list[ReferralBonusInput] = list_of(ReferralBonusInput, 10)
    """What there is on top; may be empty."""


@mutation(allow=MANAGERS, refusals=(ReferralStartNotAllowed, ReferralBonusesInvalid))
async def propose_referral_programme(info: Info, input: ProposeReferralProgrammeInput) -> models.ReferralProgramme:
    """Propose what is rewarded for bringing customers; another manager decides."""
    said = input.values()
    bonuses = [ReferralTermsBonus(**each) for each in said.pop("bonuses")]
    return await referral_programmes.propose(info.context.viewer, bonuses=bonuses, **said)


@input
class ApproveReferralProgrammeInput(Input):
    """Which programme."""

    programme_id: int = id_of(models.ReferralProgramme)
    """One that somebody else proposed."""


@mutation(allow=MANAGERS, refusals=(NotPossibleNow, SamePerson, ReferralStartNotAllowed))
async def approve_referral_programme(info: Info, input: ApproveReferralProgrammeInput) -> models.ReferralProgramme:
    """Let a programme hold from its day on; codes used before stay with the one under which they were used."""
    return await referral_programmes.approve(info.context.viewer, **input.values())


@input
class DeclineReferralProgrammeInput(Input):
    """Which programme."""

    programme_id: int = id_of(models.ReferralProgramme)
    """One that somebody else proposed."""


@mutation(allow=MANAGERS, refusals=(NotPossibleNow, SamePerson))
async def decline_referral_programme(info: Info, input: DeclineReferralProgrammeInput) -> models.ReferralProgramme:
    """Leave things as they are."""
    return await referral_programmes.decline(info.context.viewer, **input.values())
