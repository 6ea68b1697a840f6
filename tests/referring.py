"""Referrals, as managers and customers make them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from models import (
    Application,
    Customer,
    Product,
    Referral,
    ReferralPart,
    ReferralProgramme,
    Relationship,
)
from resolvers.applications import applications, decisions
from resolvers.loyalty import referral_programmes, referral_rewards, referrals
from resolvers.loyalty.referral_programmes import ReferralTermsBonus
from resolvers.people import customers
from rules.applications.kinds import DecisionReason, Outcome, Purpose
from rules.loyalty.referrals import ReferralPolicy
from rules.money import Money
from rules.people.access import Role
from rules.people.kinds import Locale
from rules.people.relationships import RelationshipKind
from tests import make


def proposal(**changed: Any) -> dict[str, Any]:
    """What a manager proposes: 100 points for the referrer, 50 for the friend, from today on, under OPEN."""
    said: dict[str, Any] = {
        "policy": ReferralPolicy.OPEN,
        "valid_from": make.clock.business_date,
        "valid_to": None,
        "referrer_points": 100,
        "friend_points": 50,
        "bonuses": [],
    }
    return said | changed


async def programme(
    policy: ReferralPolicy = ReferralPolicy.OPEN, *, bonuses: Sequence[ReferralTermsBonus] = (), **changed: Any
) -> ReferralProgramme:
    """A programme, proposed by one manager and approved by another."""
    first, second = [await make.signed_in(await make.staff(role=Role.MANAGER)) for _ in range(2)]
    said = proposal(policy=policy, bonuses=bonuses, **changed)
    proposed = await referral_programmes.propose(first, **said)
    return await referral_programmes.approve(second, programme_id=proposed.id)


async def newcomer(**columns: Any) -> Customer:
    """Somebody who has signed in, and no more."""
    return await make.customer(name=None, identity_number=None, **columns)


async def code_of(customer: Customer) -> str:
    """A customer's code."""
    made = await referrals.make_code(make.viewer(customer), customer_id=customer.id)
    return str(made.code)


async def came_by(friend: Customer, code: str) -> ReferralPart:
    """A friend uses a code, and consents where that is asked."""
    shown = await referrals.terms(make.viewer(friend), locale=Locale.EN)
    return await referrals.use_code(make.viewer(friend), code=code, text_version=shown.consent_version)


async def identify(friend: Customer) -> None:
    """A friend says who he is."""
    await customers.identify(make.viewer(friend), "赵小明", make.identity_number())


async def referred(referrer: Customer, friend: Customer | None = None) -> Referral:
    """Somebody new who came by a customer's code and, if nobody is named, has said who he is."""
    came = friend or await newcomer()
    await came_by(came, await code_of(referrer))
    if friend is None:
        await identify(came)
    return await of(came)


async def of(friend: Customer) -> Referral:
    """By which code a friend came."""
    return await Referral.filter(customer_id=friend.id).order_by("-id").first()


async def rewarded() -> int:
    """Let the day's rewards be given; how many referrals were."""
    return await referral_rewards.reward_referrals(make.system(), make.clock.business_date)


async def related(one: Customer, other: Customer, kind: RelationshipKind = RelationshipKind.FAMILY) -> None:
    """It is written down that two belong together."""
    writer = await make.staff(role=Role.MANAGER)
    async with make.unit():
        for owner, relative in ((one, other), (other, one)):
            await Relationship.create(customer_id=owner.id, relative_id=relative.id, kind=kind, saved_by_id=writer.id)


async def applied(friend: Customer, product: Product | None = None) -> Application:
    """A friend hands an application in, and a person is to decide it."""
    viewer, product = make.viewer(friend), product or await make.product()
    amount = Money(Decimal("1000.00"), "CNY")
    draft = await applications.start_application(viewer, product_id=product.id, amount=amount, term=12)
    await make.acknowledge(viewer, draft)
    return await applications.submit_application(viewer, draft.id, Purpose.HOUSEHOLD, draft.version)


async def decided(application: Application, outcome: Outcome, reason: DecisionReason) -> None:
    """A manager decides an application."""
    manager = await make.manager_of(application.customer_id)
    await decisions.decide_application(manager, application.id, outcome, reason, application.version)
