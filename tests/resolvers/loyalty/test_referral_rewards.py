import asyncio
from collections.abc import Sequence
from datetime import date, timedelta

from jobs.verify import verify
from models import (
    Customer,
    Loan,
    Notification,
    OutboxEvent,
    PointsEntry,
    Referral,
    ReferralBonusGiven,
    ReferralPart,
    Repayment,
)
from resolvers.loans import prepayments
from resolvers.loyalty import referrals
from resolvers.loyalty.referral_programmes import ReferralTermsBonus
from rules.applications.kinds import DecisionReason, Outcome
from rules.loans.events import PrepaymentEffect
from rules.loyalty.kinds import PointsKind
from rules.loyalty.referrals import ReferralPartStatus, ReferralPolicy, ReferralSide, ReferralStatus
from tests import make, referring

LINKED = ReferralPolicy.LINKED
DUE = date(2026, 4, 16)
PAY_DAY = date(2026, 5, 1)
"""Of what qualifies in March."""


async def told(customer: Customer) -> list[str]:
    """What a customer was told of this, by name."""
    kinds = ("FriendWelcomed", "ReferralRewarded", "ReferralTakenBack")
    events = OutboxEvent.filter(customer_id=customer.id, kind__in=kinds).order_by("id")
    return [each.kind async for each in events]


async def part_of(customer: Customer, side: ReferralSide = ReferralSide.REFERRER) -> ReferralPart:
    return await ReferralPart.get(customer_id=customer.id, side=side)


async def borrowed(referrer: Customer) -> tuple[Customer, Loan]:
    """A friend who came by the code, consented, and has borrowed."""
    friend = await make.customer()
    await referring.referred(referrer, friend)
    return friend, await make.loan(friend)


async def paid_on_time(referrer: Customer) -> tuple[Customer, Repayment]:
    """The same, and has paid the first installment by now."""
    friend, loan = await borrowed(referrer)
    return friend, await make.repayment(loan)


async def points_of(*customers: Customer) -> list[int]:
    return [await make.points_of(each.id) for each in customers]


async def test_both_get_their_points_on_the_first_of_the_month_after_next_and_once(db):
    await referring.programme()
    referrer = await make.customer()
    referral = await referring.referred(referrer)
    friend = await Customer.get(id=referral.customer_id)
    await make.travel_to(PAY_DAY - timedelta(days=1))
    assert await referring.rewarded() == 0
    assert await points_of(referrer, friend) == [0, 0]
    await make.travel_to(PAY_DAY)
    assert [await referring.rewarded() for _ in range(2)] == [1, 0]
    assert await points_of(referrer, friend) == [100, 50]
    assert (await told(referrer), await told(friend)) == (["ReferralRewarded"], ["FriendWelcomed"])
    for customer, side in ((referrer, ReferralSide.REFERRER), (friend, ReferralSide.FRIEND)):
        part = await part_of(customer, side)
        assert (part.status, part.rewarded_in) == (ReferralPartStatus.REWARDED, PAY_DAY)
        entry = await PointsEntry.get(customer_id=customer.id)
        assert entry.source == f"Referral:{referral.id}:{side}"
    assert (await referring.of(friend)).status is ReferralStatus.REWARDED
    assert await verify() == []


async def test_the_end_of_a_day_brings_them(db):
    await referring.programme()
    referrer = await make.customer()
    await referring.referred(referrer)
    await make.travel_to(PAY_DAY - timedelta(days=1))
    await make.pass_until(PAY_DAY)
    assert await make.points_of(referrer.id) == 100
    await make.deliver()
    assert await Notification.filter(customer_id=referrer.id, kind="ReferralRewarded").exists()


async def test_several_who_give_rewards_at_once_give_each_once(db):
    await referring.programme()
    referrer = await make.customer()
    for _ in range(3):
        await referring.referred(referrer)
    await make.travel_to(PAY_DAY)
    given = await asyncio.gather(*(referring.rewarded() for _ in range(4)))
    assert sum(given) == 3
    assert await make.points_of(referrer.id) == 300


async def test_a_referral_keeps_the_terms_under_which_the_code_was_used(db):
    await referring.programme()
    referrer = await make.customer()
    await referring.referred(referrer)
    tomorrow = make.TODAY + timedelta(days=1)
    await referring.programme(referrer_points=1, valid_from=tomorrow, valid_to=tomorrow)
    await make.travel_to(PAY_DAY)
    assert await referring.rewarded() == 1
    assert await make.points_of(referrer.id) == 100


async def test_beyond_the_yearly_limit_only_the_friend_gets_points_and_the_next_year_counts_anew(db):
    await referring.programme(yearly_limit=1)
    referrer = await make.customer()
    for _ in range(2):
        await referring.referred(referrer)
    await make.travel_to(date(2026, 11, 2))
    assert await referring.rewarded() == 2
    late = await referring.newcomer()
    await referring.came_by(late, await referring.code_of(referrer))
    await referring.identify(late)
    await make.travel_to(date(2027, 1, 1))
    assert await referring.rewarded() == 1
    assert await make.points_of(referrer.id) == 200
    friends = await ReferralPart.filter(side=ReferralSide.FRIEND, status=ReferralPartStatus.REWARDED)
    assert sorted([each.points for each in friends]) == [50, 50, 50]
    own = await ReferralPart.filter(customer_id=referrer.id).order_by("id")
    assert [each.status.value for each in own] == ["REWARDED", "INVITED", "REWARDED"]
    assert await verify() == []


async def test_two_friends_rewarded_at_once_do_not_pass_the_limit_together(db):
    await referring.programme(yearly_limit=1)
    referrer = await make.customer()
    for _ in range(4):
        await referring.referred(referrer)
    await make.travel_to(PAY_DAY)
    await asyncio.gather(*(referring.rewarded() for _ in range(4)))
    assert await make.points_of(referrer.id) == 100
    assert await ReferralPart.filter(customer_id=referrer.id, status=ReferralPartStatus.REWARDED).count() == 1
    assert await Referral.filter(status=ReferralStatus.REWARDED).count() == 4


async def test_a_bonus_gives_something_on_top(db):
    await referring.programme(bonuses=[ReferralTermsBonus(2, 30)])
    referrer = await make.customer()
    for _ in range(3):
        await referring.referred(referrer)
    await make.travel_to(PAY_DAY)
    assert await referring.rewarded() == 3
    assert await make.points_of(referrer.id) == 330
    bodies = [event.body async for event in OutboxEvent.filter(kind="ReferralRewarded").order_by("id")]
    assert ['"points":100' in body for body in bodies] == [True, False, True]
    assert '"points":130' in bodies[1]


async def test_under_linked_an_installment_paid_on_time_is_rewarded_once_its_day_is_over(db):
    await referring.programme(LINKED)
    referrer = await make.customer()
    friend, _ = await paid_on_time(referrer)
    before = await points_of(friend)
    await make.travel_to(DUE)
    await referring.rewarded()
    assert (await referring.of(friend)).status is ReferralStatus.INVITED
    await make.travel_to(DUE + timedelta(days=1))
    await referring.rewarded()
    referral = await referring.of(friend)
    assert (referral.status, referral.pays_on) == (ReferralStatus.QUALIFIED, date(2026, 6, 1))
    await make.travel_to(date(2026, 6, 1))
    assert await referring.rewarded() == 1
    assert await points_of(referrer, friend) == [100, before[0] + 50]


async def test_what_is_paid_late_is_not_rewarded(db):
    await referring.programme(LINKED)
    referrer = await make.customer()
    friend, loan = await borrowed(referrer)
    await make.travel_to(DUE + timedelta(days=1))
    await make.repayment(loan)
    await make.travel_to(DUE + timedelta(days=2))
    await referring.rewarded()
    assert (await referring.of(friend)).status is ReferralStatus.INVITED


async def test_a_payment_that_bounces_before_the_pay_day_qualifies_nobody(db):
    await referring.programme(LINKED)
    referrer = await make.customer()
    friend, repayment = await paid_on_time(referrer)
    await make.travel_to(DUE + timedelta(days=1))
    await referring.rewarded()
    await make.reversal(repayment)
    await referring.rewarded()
    referral = await referring.of(friend)
    assert (referral.status, referral.pays_on) == (ReferralStatus.INVITED, None)
    await make.travel_to(date(2026, 6, 1))
    assert await referring.rewarded() == 0
    assert await points_of(referrer) == [0]


async def take_back_after(referrer: Customer, friends: Sequence[tuple[Customer, Repayment]]) -> None:
    """Reward friends who paid on time; then the payment of the first bounces."""
    await make.travel_to(DUE + timedelta(days=1))
    await referring.rewarded()
    await make.travel_to(date(2026, 6, 1))
    assert await referring.rewarded() == len(friends)
    await make.reversal(friends[0][1])
    for _ in range(2):
        await referring.rewarded()
    assert await make.points_of(referrer.id) >= 0


async def test_what_bounces_after_the_pay_day_is_taken_back_on_both_sides(db):
    await referring.programme(LINKED)
    referrer = await make.customer()
    friend, repayment = await paid_on_time(referrer)
    await take_back_after(referrer, [(friend, repayment)])
    assert await points_of(referrer, friend) == [0, 0]
    assert (await referring.of(friend)).status is ReferralStatus.REVERSED
    assert await told(referrer) == ["ReferralRewarded", "ReferralTakenBack"]
    assert await told(friend) == ["FriendWelcomed", "ReferralTakenBack"]
    part = await part_of(referrer)
    assert (part.status, part.rewarded_in, part.points) == (ReferralPartStatus.INVITED, None, 0)
    taken = await PointsEntry.filter(customer_id=referrer.id, kind=PointsKind.TAKEN_BACK)
    assert [each.points for each in taken] == [-100]
    assert await verify() == []


async def test_a_bonus_is_taken_back_with_the_reward_that_reached_it_and_can_be_reached_again(db):
    await referring.programme(LINKED, bonuses=[ReferralTermsBonus(2, 30)])
    referrer = await make.customer()
    friends = [await paid_on_time(referrer) for _ in range(2)]
    await take_back_after(referrer, friends)
    assert await make.points_of(referrer.id) == 100
    third, _ = await paid_on_time(referrer)
    first_due = date(2026, 7, 1)
    await make.travel_to(first_due + timedelta(days=1))
    await referring.rewarded()
    await make.travel_to(date(2026, 9, 1))
    assert await referring.rewarded() == 1
    assert (await referring.of(third)).status is ReferralStatus.REWARDED
    assert await make.points_of(referrer.id) == 230
    bonuses = ReferralBonusGiven.filter(customer_id=referrer.id).order_by("id")
    assert await bonuses.values_list("year", "number", "points", "is_taken_back") == [
        (2026, 2, 30, True),
        (2026, 2, 30, False),
    ]
    assert await verify() == []


async def test_a_bonus_stays_while_there_are_enough_rewards(db):
    await referring.programme(LINKED, bonuses=[ReferralTermsBonus(2, 30)])
    referrer = await make.customer()
    friends = [await paid_on_time(referrer) for _ in range(3)]
    await take_back_after(referrer, friends)
    assert await make.points_of(referrer.id) == 230


async def test_a_loan_that_was_undone_is_not_rewarded(db):
    await referring.programme(LINKED)
    referrer, friend = await make.customer(), await make.customer()
    await referring.referred(referrer, friend)
    loan = await make.loan(friend, product=await make.product(cooling_off_days=14))
    await make.repayment(loan)
    await make.travel_to(make.TODAY + timedelta(days=3))
    viewer = await make.viewer_of(friend.id)
    quoted = await prepayments.quote(viewer, loan_id=loan.id, amount=None, effect=PrepaymentEffect.WITHDRAW)
    await prepayments.confirm(viewer, quote_id=quoted.id, key="undo")
    await make.travel_to(DUE + timedelta(days=1))
    await referring.rewarded()
    assert (await referring.of(friend)).status is ReferralStatus.INVITED


async def test_whoever_took_his_consent_back_is_not_rewarded_nor_the_other(db):
    await referring.programme(LINKED)
    referrer = await make.customer()
    friend, _ = await paid_on_time(referrer)
    await make.travel_to(DUE + timedelta(days=1))
    await referring.rewarded()
    part = await part_of(friend, ReferralSide.FRIEND)
    await referrals.withdraw_consent(make.viewer(friend), part_id=part.id)
    await make.travel_to(date(2026, 6, 1))
    assert await referring.rewarded() == 0
    assert await points_of(referrer) == [0]


async def test_under_open_nothing_that_becomes_of_an_application_matters(db):
    await referring.programme()
    referrer = await make.customer()
    referral = await referring.referred(referrer)
    friend = await Customer.get(id=referral.customer_id)
    await referring.decided(await referring.applied(friend), Outcome.DECLINE, DecisionReason.INCOME_TOO_LOW)
    await make.travel_to(PAY_DAY)
    assert await referring.rewarded() == 1
    assert await points_of(referrer, friend) == [100, 50]
