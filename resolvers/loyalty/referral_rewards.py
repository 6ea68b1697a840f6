"""Rewarding referrals when a day begins: what qualifies, what is paid, what is taken back."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta

from tortoise.connection import get_connection
from tortoise.queryset import QuerySet

from models import (
    Referral,
    ReferralBonus,
    ReferralBonusGiven,
    ReferralCode,
    ReferralPart,
    ReferralProgramme,
    Viewer,
)
from models.database import Unit, locked, transaction
from models.database.handwritten import Statement, fetch_one, fetch_rows
from models.loyalty import referral_searches as sql
from notifications import outbox
from notifications.loyalty.referrals import FriendWelcomed, ReferralRewarded, ReferralTakenBack
from resolvers.loyalty.points import award, take_back
from resolvers.loyalty.referral_checks import is_put_to_review, move
from rules.loyalty.referrals import CLAWBACK_DAYS, ReferralPartStatus, ReferralSide, ReferralStatus, pay_day
from rules.people.access import Role

AT_A_TIME = 200


async def reward_referrals(viewer: Viewer, today: date) -> int:
    """Do what a date brings about for referrals; gives how many were rewarded.

    Each is looked at again, locked, in a transaction of its own. `today` is the day just opened. Harmless to repeat, and
    to break off.
    """
    assert viewer.role is Role.SYSTEM, "time passes by itself"
    await _each(viewer, sql.UNDONE, today, _fall_back)
    await _each(viewer, sql.QUALIFYING, today, _qualify)
    rewarded = await _each(viewer, sql.DUE, today, _reward)
    await _each(viewer, sql.TO_TAKE_BACK, today, _take_reward_back)
    return rewarded


Step = Callable[[Unit, Referral, date], Awaitable[bool]]


async def _each(viewer: Viewer, chosen: Statement, today: date, step: Step) -> int:
    """Do something about each of those chosen, by id; gives of how many it was done."""
    done, after = 0, 0
    values = {"today": today, "since": today - timedelta(days=CLAWBACK_DAYS), "count": AT_A_TIME}
    while rows := await fetch_rows(get_connection("default"), chosen, {**values, "after": after}):
        for row in rows:
            async with transaction(viewer, "reward_referrals") as unit:
                done += await step(unit, await locked(Referral, viewer, row["id"]), today)
        after = rows[-1]["id"]
    return done


async def _has_paid_on_time(referral: Referral, today: date) -> bool:
    asked = {"id": referral.id, "today": today}
    return await fetch_one(get_connection("default"), sql.PAID_ON_TIME, asked) is not None


async def _fall_back(unit: Unit, referral: Referral, today: date) -> bool:
    if referral.status is not ReferralStatus.QUALIFIED or await _has_paid_on_time(referral, today):
        return False
    move(referral, ReferralStatus.INVITED, unit.viewer.role)
    referral.pays_on = None
    await referral.save(update_fields=["status", "pays_on"])
    return True


async def _qualify(unit: Unit, referral: Referral, today: date) -> bool:
    if referral.status is not ReferralStatus.INVITED or not await _has_paid_on_time(referral, today):
        return False
    move(referral, ReferralStatus.QUALIFIED, unit.viewer.role)
    referral.pays_on = pay_day(today)
    await referral.save(update_fields=["status", "pays_on"])
    return True


async def _reward(unit: Unit, referral: Referral, today: date) -> bool:
    """Give both their points, unless something speaks against it by now; the referrer up to his yearly limit."""
    if referral.status is not ReferralStatus.QUALIFIED or referral.pays_on is None or referral.pays_on > today:
        return False
    programme = await ReferralProgramme.get(id=referral.programme_id)
    is_paid = not await is_put_to_review(unit, referral, programme)
    if is_paid:
        move(referral, ReferralStatus.REWARDED, unit.viewer.role)
        code = await locked(ReferralCode, unit.viewer, referral.code_id)  # His rewards are counted one after the other.
        await _give(unit, referral, ReferralSide.FRIEND, programme.friend_points, today)
        count = await _rewarded_in(code.customer_id, today.year).count()
        if count < programme.yearly_limit:
            await _give(unit, referral, ReferralSide.REFERRER, programme.referrer_points, today, number=count + 1)
    await referral.save(update_fields=["status", "concerns"])
    return is_paid


def _rewarded_in(referrer_id: int, year: int) -> QuerySet[ReferralPart]:
    rewarded = ReferralPart.filter(
        customer_id=referrer_id, side=ReferralSide.REFERRER, status=ReferralPartStatus.REWARDED
    )
    return rewarded.filter(rewarded_in__gte=date(year, 1, 1), rewarded_in__lte=date(year, 12, 31))


def _source_of_part(referral_id: int, side: ReferralSide) -> str:
    return f"Referral:{referral_id}:{side}"


async def _give(
    unit: Unit, referral: Referral, side: ReferralSide, points: int, today: date, number: int | None = None
) -> None:
    """Give one of the two his points; `number` says which reward of the year it is to a referrer."""
    part = await ReferralPart.get(referral_id=referral.id, side=side)
    await award(unit, customer_id=part.customer_id, points=points, source=_source_of_part(referral.id, side))
    part.status, part.points, part.rewarded_in = ReferralPartStatus.REWARDED, points, today.replace(day=1)
    await part.save(update_fields=["status", "points", "rewarded_in"])
    if number is None:
        await outbox.record(FriendWelcomed(customer_id=part.customer_id, points=points))
    else:
        points += await _give_bonus(unit, referral, part.customer_id, today.year, number)
        await outbox.record(ReferralRewarded(customer_id=part.customer_id, points=points))


async def _give_bonus(unit: Unit, referral: Referral, referrer_id: int, year: int, number: int) -> int:
    """Give what there is on top for so many rewards, unless he has it; gives how many points that was."""
    bonus = await ReferralBonus.get_or_none(programme_id=referral.programme_id, after=number)
    if bonus is None or await _bonuses_held(referrer_id, year).filter(number=number).exists():
        return 0
    given = await ReferralBonusGiven.create(
        customer_id=referrer_id, referral_id=referral.id, year=year, number=number, points=bonus.points
    )
    await award(unit, customer_id=referrer_id, points=given.points, source=_source_of_bonus(given))
    return int(given.points)


def _bonuses_held(referrer_id: int, year: int) -> QuerySet[ReferralBonusGiven]:
    return ReferralBonusGiven.filter(customer_id=referrer_id, year=year, is_taken_back=False)


def _source_of_bonus(given: ReferralBonusGiven) -> str:
    return f"ReferralBonus:{given.id}"


async def _take_reward_back(unit: Unit, referral: Referral, today: date) -> bool:
    """Take back what both got, and what the referrer got on top for so many: what it was for was undone."""
    if referral.status is not ReferralStatus.REWARDED or await _has_paid_on_time(referral, today):
        return False
    move(referral, ReferralStatus.REVERSED, unit.viewer.role)
    await referral.save(update_fields=["status"])
    await locked(ReferralCode, unit.viewer, referral.code_id)
    for part in await ReferralPart.filter(referral_id=referral.id, status=ReferralPartStatus.REWARDED):
        assert part.rewarded_in is not None, "it is rewarded"
        year = part.rewarded_in.year
        part.status, part.points, part.rewarded_in = ReferralPartStatus.INVITED, 0, None
        await part.save(update_fields=["status", "points", "rewarded_in"])
        points = await take_back(unit, customer_id=part.customer_id, source=_source_of_part(referral.id, part.side))
        if part.side is ReferralSide.REFERRER:
            points += await _take_bonuses_back(unit, part.customer_id, year)
        await outbox.record(ReferralTakenBack(customer_id=part.customer_id, points=points))
    return True


async def _take_bonuses_back(unit: Unit, referrer_id: int, year: int) -> int:
    """Take back what was on top for more rewards than there are of a year by now; gives how many points."""
    count, points = await _rewarded_in(referrer_id, year).count(), 0
    for given in await _bonuses_held(referrer_id, year).filter(number__gt=count):
        given.is_taken_back = True
        await given.save(update_fields=["is_taken_back"])
        points += await take_back(unit, customer_id=referrer_id, source=_source_of_bonus(given))
    return points
