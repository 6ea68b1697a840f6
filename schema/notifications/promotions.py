"""Promotions: proposed by a marketer, decided by a manager, and what became of them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import models
from resolvers.notifications import promotion_proposals, promotions
from rules.notifications.deliveries import DeliveryReason
from rules.notifications.promotions import (
    MOST_ON_LIST,
    AudienceKind,
    AudienceTooSmall,
    AudienceUnclear,
    PromotionStatus,
    PromotionTimesWrong,
    TemplateChanged,
)
from rules.people.access import AUDITORS, MANAGERS, MARKETERS
from rules.people.staff import SamePerson
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import (
    Connection,
    Input,
    Node,
    connection,
    filter_of,
    id_of,
    ids_of,
    input,
    matches,
    mutation,
    node,
    query,
    relation,
    root,
    text,
    value,
    whole,
)

if TYPE_CHECKING:
    from schema.loyalty.points import Tier
    from schema.notifications.previews import MessagePreview
    from schema.notifications.promotion_templates import PromotionTemplate
    from schema.people.branches import Branch
    from schema.people.customers import Customer
    from schema.people.staff import Staff


@node(models.LeftOut)
class LeftOut(Node):
    """Somebody who would have been told something, and was not; for staff in charge of him."""

    kind: str
    """What he would have been told, such as PromotionSent."""
    reason: DeliveryReason
    """Why he was not."""
    created_at: datetime
    """When."""
    customer: Customer = relation("customer_id")
    """Who."""


@node(models.Promotion)
class Promotion(Node):
    """A template sent to some people at some time."""

    status: PromotionStatus
    """Where it stands."""
    audience: AudienceKind
    """Who is meant."""
    sends_at: datetime
    """When it begins to be sent."""
    ends_at: datetime
    """Nobody is told afterwards."""
    told_count: int
    """How many have been told so far."""
    left_out_count: int
    """How many were left out so far, each for a reason."""
    template_version: int
    """The version of the template whose words are sent, and no other."""
    version: int
    """Send it back with a decision; it counts the changes."""
    created_at: datetime
    """When it was proposed."""
    template: PromotionTemplate | None = relation("template_id")
    """Its words."""
    tier: Tier | None = relation("tier_id")
    """Whose customers are meant; null unless it is for a tier."""
    branch: Branch | None = relation("branch_id")
    """Whose customers are meant; null unless it is for a branch."""
    proposed_by: Staff | None = relation("proposed_by_id")
    """Who proposed it; null to marketers, who do not see accounts."""
    decided_by: Staff | None = relation("decided_by_id")
    """Who decided it, never the same person; null before, and to marketers."""
    left_out: Connection[LeftOut] = connection(via="promotion_id")
    """Those of your branches who were left out; nobody to a marketer, who reads `promotionResult`."""


@filter_of(models.Promotion)
class PromotionFilter:
    """Narrows a list of promotions."""

    status: PromotionStatus | None = matches("status")
    """Those that stand here: PROPOSED ones wait for a manager."""


@root
class PromotionRoot:
    promotions: Connection[Promotion] = connection(filter=PromotionFilter, allow=MANAGERS | AUDITORS | MARKETERS)
    """All promotions, oldest first."""


@value(promotions.LeftOutCount)
class LeftOutCount:
    """How many are left out for a reason."""

    reason: DeliveryReason
    """Why."""
    count: int
    """How many."""


@value(promotion_proposals.ProposedPromotion)
class SendPromotionSuccess:
    """It is proposed, and a manager decides; the numbers are those of now, not of when it is sent."""

    promotion: Promotion
    """As it is now."""
    count: int
    """How many people it means."""
    not_found: int
    """How many ids on the list are nobody's."""
    sample_zh: MessagePreview
    """The message in Chinese."""
    sample_en: MessagePreview
    """The message in English."""
    left_out: list[LeftOutCount]
    """How many of these people would not be told, and why; none of a list, nor reasons that hold for fewer than ten."""


@input
class SendPromotionInput(Input):
    """What to send to whom, and when: a tier, a branch or a list, one of them."""

    template_id: int = id_of(models.PromotionTemplate)
    """The words."""
    tier_id: int | None = id_of(models.Tier)
    """Customers of this tier."""
    branch_id: int | None = id_of(models.Branch)
    """Customers of this branch."""
    customer_ids: list[int] | None = ids_of(models.Customer, MOST_ON_LIST)
    """These customers, 1,000 at the most; one who does not exist is counted, and nothing more."""
    sends_at: datetime
    """When to begin: within 31 days from now."""
    ends_at: datetime
    """Nobody is told afterwards; at most 31 days later."""
    key: str = text(1, 64)
    """Chosen before the first try; send the same again to retry safely."""


@mutation(allow=MARKETERS, refusals=(AudienceTooSmall, AudienceUnclear, PromotionTimesWrong))
async def send_promotion(info: Info, input: SendPromotionInput) -> promotion_proposals.ProposedPromotion:
    """Propose a promotion, and see how many it means, what they read, and how many would be left out."""
    return await promotion_proposals.send_promotion(info.context.viewer, **input.values())


@input
class ApprovePromotionInput(Input):
    """Which one."""

    promotion_id: int = id_of(models.Promotion)
    """One that somebody else proposed."""
    version: int = whole(1, 2**31 - 1)
    """As you saw it."""


@mutation(allow=MANAGERS, refusals=(NotPossibleNow, SamePerson, TemplateChanged))
async def approve_promotion(info: Info, input: ApprovePromotionInput) -> models.Promotion:
    """Let a promotion be sent once its time has come; its words stay as they are until then."""
    return await promotion_proposals.approve_promotion(info.context.viewer, **input.values())


@input
class DeclinePromotionInput(Input):
    """Which one."""

    promotion_id: int = id_of(models.Promotion)
    """One that somebody else proposed."""
    version: int = whole(1, 2**31 - 1)
    """As you saw it."""


@mutation(allow=MANAGERS, refusals=(NotPossibleNow, SamePerson))
async def decline_promotion(info: Info, input: DeclinePromotionInput) -> models.Promotion:
    """Decide against a promotion: nobody is told."""
    return await promotion_proposals.decline_promotion(info.context.viewer, **input.values())


@input
class CancelPromotionInput(Input):
    """Which one."""

    promotion_id: int = id_of(models.Promotion)
    """One that is not sent wholly."""
    version: int = whole(1, 2**31 - 1)
    """As you saw it."""


@mutation(allow=MANAGERS | MARKETERS, refusals=(NotPossibleNow,))
async def cancel_promotion(info: Info, input: CancelPromotionInput) -> models.Promotion:
    """Stop a promotion, also in the middle: nobody else is told, who has been told stays told."""
    return await promotion_proposals.cancel_promotion(info.context.viewer, **input.values())


@value(promotions.PromotionResult)
class PromotionResultSuccess:
    """What became of a promotion so far, in numbers, of all branches."""

    promotion: Promotion
    """As it is now."""
    left_out: list[LeftOutCount]
    """How many were left out, and why; to a marketer none of a list, nor reasons that hold for fewer than ten."""


@input
class PromotionResultInput(Input):
    """Which one."""

    promotion_id: int = id_of(models.Promotion)
    """One that was approved, for instance."""


@query(allow=MANAGERS | AUDITORS | MARKETERS, refusals=())
async def promotion_result(info: Info, input: PromotionResultInput) -> promotions.PromotionResult:
    """Count whom a promotion reached, and why not more."""
    return await promotions.promotion_result(info.context.viewer, **input.values())
