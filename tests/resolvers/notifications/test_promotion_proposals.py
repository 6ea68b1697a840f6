"""Promotions: a marketer proposes and sees numbers, a manager decides."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

import notifications
from models import Promotion, PromotionAddressee, Staff, Tier
from resolvers.loans import hardships
from resolvers.notifications.promotion_proposals import (
    approve_promotion,
    cancel_promotion,
    decline_promotion,
    send_promotion,
)
from resolvers.notifications.promotion_templates import save_template
from resolvers.notifications.promotions import LeftOutCount
from rules.errors import Conflict, KeyReused, NotFound
from rules.loans.hardships import Situation
from rules.notifications.classes import Category, MessageChannel
from rules.notifications.deliveries import DeliveryReason
from rules.notifications.promotions import (
    AudienceKind,
    AudienceTooSmall,
    AudienceUnclear,
    PromotionStatus,
    PromotionTimesWrong,
    TemplateChanged,
)
from rules.people.access import Role
from rules.people.staff import SamePerson
from rules.states import NotPossibleNow
from tests import make, promoting


async def asked(**changed):
    words = await promoting.template()
    times = {"sends_at": make.clock.now() + timedelta(hours=1), "ends_at": make.clock.now() + timedelta(days=1)}
    return {"template_id": words.id, "key": "tap", **times} | changed


async def manager():
    return await make.signed_in(await make.staff(role=Role.MANAGER))


async def test_a_list_says_how_many_it_means_and_how_it_looks_and_of_nobody_why_he_would_be_left_out(db):
    willing, silent, away = [await make.customer() for _ in range(3)]
    for each in (willing, away):
        await make.consent(each)
    await make.preference(away, Category.LOYALTY)
    marketer = await promoting.marketer()
    ids = [willing.id, silent.id, away.id, away.id, 998, 999]
    answer = await send_promotion(marketer, **await asked(customer_ids=ids))
    assert (answer.promotion.status, answer.promotion.audience) == (PromotionStatus.PROPOSED, AudienceKind.LIST)
    assert (answer.count, answer.not_found) == (3, 2)
    assert answer.left_out == (), "two lists that differ by one person would tell of him"
    tier = await Tier.get()
    forecast = await send_promotion(marketer, **await asked(tier_id=tier.id, key="another tap"))
    assert forecast.left_out == (
        LeftOutCount(DeliveryReason.SWITCHED_OFF, 1),
        LeftOutCount(DeliveryReason.NO_CONSENT, 1),
    )
    assert (answer.sample_zh.push_title, answer.sample_zh.push_body) == ("本月积分翻倍", "打开应用看看怎么参加。")
    assert answer.sample_zh.inbox == promoting.WORDS["inbox_zh"]
    assert (answer.sample_en.push_title, answer.sample_en.inbox) == (
        promoting.WORDS["push_title_en"],
        promoting.WORDS["inbox_en"],
    )
    assert await PromotionAddressee.all().count() == 3


async def test_a_tier_and_a_branch_mean_their_customers(db):
    here, there = await make.branch(), await make.branch()
    for branch in (here, here, there):
        await make.customer(branch=branch)
    tier = await Tier.get()
    upper = await make.tier(9)
    marketer = await promoting.marketer()
    for place, (named, count) in enumerate(
        [({"branch_id": here.id}, 2), ({"tier_id": tier.id}, 3), ({"tier_id": upper.id}, 0)]
    ):
        answer = await send_promotion(marketer, **await asked(key=f"tap-{place}", **named))
        assert (answer.count, answer.not_found) == (count, 0)
        assert sum(each.count for each in answer.left_out) == count  # Nobody has consented.


async def test_the_same_key_is_the_same_promotion_and_says_the_same(db):
    known, marketer = await make.customer(), await promoting.marketer()
    said = await asked(customer_ids=[known.id, 999])
    first, second = [await send_promotion(marketer, **said) for _ in range(2)]
    assert first == second
    assert second.not_found == 1
    with pytest.raises(KeyReused):
        await send_promotion(marketer, **said | {"customer_ids": [known.id]})
    assert await Promotion.all().count() == 1


@pytest.mark.parametrize(
    ("named", "refusal"),
    [
        ({}, AudienceUnclear),
        ({"customer_ids": []}, AudienceUnclear),
        ({"tier_id": 1, "branch_id": 1}, AudienceUnclear),
        ({"tier_id": 1, "customer_ids": [1]}, AudienceUnclear),
        ({"tier_id": 999}, NotFound),
        ({"branch_id": 999}, NotFound),
        ({"tier_id": 1, "template_id": 999}, NotFound),
        ({"tier_id": 1, "sends_at": make.NOON}, PromotionTimesWrong),
        ({"tier_id": 1, "ends_at": make.NOON}, PromotionTimesWrong),
    ],
)
async def test_what_is_unclear_or_nowhere_or_at_no_time_proposes_nothing(db, named, refusal):
    marketer, said = await promoting.marketer(), await asked()
    if named.get("tier_id") == 1:
        named = named | {"tier_id": (await Tier.get()).id}
    before = await make.everything()
    with pytest.raises(refusal):
        await send_promotion(marketer, **said | named)
    assert await make.everything() == before


async def test_a_manager_approves_or_declines_once_in_the_version_he_saw(db):
    customer = await make.customer()
    one, other = await promoting.proposed(customer), await promoting.proposed(customer)
    boss = await manager()
    approved = await approve_promotion(boss, promotion_id=one.id, version=1)
    declined = await decline_promotion(boss, promotion_id=other.id, version=1)
    assert (approved.status, approved.version, approved.decided_by_id) == (PromotionStatus.APPROVED, 2, boss.staff_id)
    assert (declined.status, declined.decided_by_id) == (PromotionStatus.DECLINED, boss.staff_id)
    before = await make.everything()
    with pytest.raises(Conflict):
        await approve_promotion(boss, promotion_id=one.id, version=1)
    for decide in (approve_promotion, decline_promotion, cancel_promotion):
        with pytest.raises(NotPossibleNow):
            await decide(boss, promotion_id=other.id, version=2)
    with pytest.raises(NotFound):
        await approve_promotion(boss, promotion_id=999, version=1)
    assert await make.everything() == before


async def test_nobody_decides_what_he_proposed_also_under_another_account(db):
    """Whoever has been made a manager since, or has two accounts as one customer of ours, is the same person."""
    person = await make.customer()
    proposer = await make.staff(role=Role.MARKETER, customer_id=person.id)
    marketer = await make.signed_in(proposer)
    waiting = (await send_promotion(marketer, **await asked(customer_ids=[person.id]))).promotion
    second = await make.signed_in(await make.staff(role=Role.MANAGER, customer_id=person.id))
    await Staff.filter(id=proposer.id).update(role=Role.MANAGER)
    promoted = await make.signed_in(await Staff.get(id=proposer.id))
    before = await make.everything()
    for same in (second, promoted):
        for decide in (approve_promotion, decline_promotion):
            with pytest.raises(SamePerson):
                await decide(same, promotion_id=waiting.id, version=1)
    assert await make.everything() == before


async def test_words_that_were_edited_since_they_were_proposed_are_not_approved(db):
    words = await promoting.template()
    waiting = await promoting.proposed(await make.customer(), words=words)
    edited = {"name": "Edited", "category": Category.OFFER, **promoting.WORDS}
    await save_template(await promoting.marketer(), template_id=words.id, version=1, **edited)
    boss = await manager()
    before = await make.everything()
    with pytest.raises(TemplateChanged):
        await approve_promotion(boss, promotion_id=waiting.id, version=1)
    assert await make.everything() == before
    assert (await decline_promotion(boss, promotion_id=waiting.id, version=1)).status is PromotionStatus.DECLINED


async def test_of_two_managers_at_once_one_decides(db):
    waiting = await promoting.proposed(await make.customer())
    first, second = await manager(), await manager()
    answers = await asyncio.gather(
        approve_promotion(first, promotion_id=waiting.id, version=1),
        decline_promotion(second, promotion_id=waiting.id, version=1),
        return_exceptions=True,
    )
    assert [type(answer) for answer in answers if isinstance(answer, Exception)] == [Conflict]


async def test_whoever_asked_for_help_is_restricted_in_the_forecast(db):
    helped = await make.customer()
    loan = await make.loan(customer=helped)
    await make.consent(helped, MessageChannel.SMS)
    await hardships.ask_for_help(make.viewer(helped), loan_id=loan.id, situation=Situation.ILLNESS, words="")
    answer = await send_promotion(await promoting.marketer(), **await asked(branch_id=helped.branch_id))
    assert answer.left_out == (LeftOutCount(DeliveryReason.RESTRICTED, 1),)


async def test_a_list_that_says_something_about_single_people_is_refused(db):
    notifications.configure(replace(notifications.configured(), fewest_people=3))
    marketer, people = await promoting.marketer(), [await make.customer() for _ in range(3)]
    ids = [person.id for person in people]
    for few in (ids[:2], [*ids[:2], 999]):
        with pytest.raises(AudienceTooSmall):
            await send_promotion(marketer, **await asked(customer_ids=few))
    assert not await Promotion.exists()
    await make.consent(people[0])
    answer = await send_promotion(marketer, **await asked(customer_ids=ids))
    assert (answer.count, answer.left_out) == (3, ()), "two without consent are too few to say so"
