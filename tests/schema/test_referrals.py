"""What somebody who brought a friend can read of him: nothing, whatever the friend does, and whatever is decided."""

from typing import Any

import pytest

from models import Customer, ReferralPart, Viewer
from rules.applications.kinds import DecisionReason, Outcome
from rules.ids import encode_id
from rules.loyalty.referrals import ReferralPolicy
from schema.build import schema
from tests import make, referring
from tests.schema.test_guards import leaves, links, node_types, read

VERDICTS = {Outcome.APPROVE: DecisionReason.AFFORDABLE, Outcome.DECLINE: DecisionReason.INCOME_TOO_LOW}


async def everything_he_reads(viewer: Viewer) -> dict[str, Any]:
    """Every field of every row that somebody sees, and what it leads to."""
    found = {}
    for name, model in node_types().items():
        for row in await model.visible_to(viewer):
            document = (
                f"query($id: ID!) {{ node(id: $id) {{ ... on {name} {{ {' '.join(leaves(name))} {links(name)} }} }} }}"
            )
            key = encode_id(name, row.pk)
            found[key] = await read(viewer, document, id=key)
    return found


async def brought(policy: ReferralPolicy) -> tuple[Viewer, Customer]:
    """Somebody who brought a friend, and the friend."""
    schema()
    await referring.programme(policy)
    referrer = await make.customer()
    friend = await (referring.newcomer() if policy is ReferralPolicy.OPEN else make.customer())
    await referring.referred(referrer, friend)
    return await make.signed_in(referrer), friend


@pytest.mark.parametrize("outcome", VERDICTS)
@pytest.mark.parametrize("policy", ReferralPolicy)
async def test_the_referrer_reads_the_same_before_and_after_a_decision(db, policy, outcome):
    viewer, friend = await brought(policy)
    product = await make.product()
    before = await everything_he_reads(viewer)
    part = await ReferralPart.get(customer_id=viewer.customer_id)
    own = before[encode_id("ReferralPart", part.id)]["node"]
    assert own == {
        "id": encode_id("ReferralPart", part.id),
        "side": "REFERRER",
        "status": "INVITED",
        "rewardedIn": None,
    }
    if policy is ReferralPolicy.OPEN:
        await referring.identify(friend)
    application = await referring.applied(friend, product)
    applied = await everything_he_reads(viewer)
    await referring.decided(application, outcome, VERDICTS[outcome])
    await make.deliver()
    decided = await everything_he_reads(viewer)
    assert before == applied == decided


async def type_of(viewer: Viewer, key: str) -> str:
    return str((await read(viewer, "query($id: ID!) { node(id: $id) { __typename } }", id=key))["node"]["__typename"])


async def test_nor_does_he_read_whether_it_was_looked_at_or_rejected(db):
    viewer, friend = await brought(ReferralPolicy.OPEN)
    before = await everything_he_reads(viewer)
    await referring.related(await Customer.get(id=viewer.customer_id), friend)
    await referring.identify(friend)
    assert (await referring.of(friend)).status == "IN_REVIEW"
    assert await everything_he_reads(viewer) == before


async def test_under_open_rewards_are_the_same_whatever_was_decided(db):
    read_by = []
    viewer, friend = await brought(ReferralPolicy.OPEN)
    others = [await referring.newcomer() for _ in range(2)]
    for other in others:
        await referring.came_by(other, await referring.code_of(await Customer.get(id=viewer.customer_id)))
    for each in (friend, *others):
        await referring.identify(each)
    for each, (outcome, reason) in zip((friend, others[0]), VERDICTS.items(), strict=True):
        await referring.decided(await referring.applied(each), outcome, reason)
    await make.travel_to(make.date(2026, 5, 1))
    assert await referring.rewarded() == 3
    for part in await ReferralPart.filter(customer_id=viewer.customer_id):
        key = encode_id("ReferralPart", part.id)
        document = "query($id: ID!) { node(id: $id) { ... on ReferralPart { side status rewardedIn } } }"
        read_by.append((await read(viewer, document, id=key))["node"])
    assert read_by == [{"side": "REFERRER", "status": "REWARDED", "rewardedIn": "2026-05-01"}] * 3


async def test_the_friend_reads_nothing_of_whoever_brought_him(db):
    viewer, friend = await brought(ReferralPolicy.LINKED)
    own = await make.signed_in(friend)
    keys = (await everything_he_reads(own)).keys()
    referrers = {
        encode_id(name, row.pk)
        for name, row in [
            ("Customer", await Customer.get(id=viewer.customer_id)),
            *[("ReferralPart", part) for part in await ReferralPart.filter(customer_id=viewer.customer_id)],
        ]
    }
    assert referrers
    assert not referrers & keys
    assert "Referral" not in {await type_of(own, key) for key in keys}
