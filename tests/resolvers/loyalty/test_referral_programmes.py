import asyncio
from datetime import timedelta

import pytest

from models import ReferralBonus, ReferralProgramme, Viewer
from resolvers.loyalty.referral_programmes import ReferralTermsBonus, approve, decline, in_force, propose
from rules.errors import NotFound
from rules.loyalty.referrals import NoReferralProgramme, ReferralBonusesInvalid, ReferralPolicy, ReferralStartNotAllowed
from rules.people.access import Role
from rules.people.staff import SamePerson
from rules.products.states import ProposalStatus
from rules.states import NotPossibleNow
from tests import make, referring

TODAY = make.TODAY
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
async def first(db) -> Viewer:
    return await make.signed_in(await make.staff(role=Role.MANAGER))


@pytest.fixture
async def second(db) -> Viewer:
    return await make.signed_in(await make.staff(role=Role.MANAGER))


async def test_a_programme_holds_once_another_approves_it_with_its_bonuses(first, second):
    bonuses = [ReferralTermsBonus(3, 30), ReferralTermsBonus(5, 50)]
    proposed = await propose(first, **referring.proposal(bonuses=bonuses))
    with pytest.raises(NoReferralProgramme):
        await in_force(TODAY)
    approved = await approve(second, programme_id=proposed.id)
    assert (approved.status, approved.decided_by_id) == (ProposalStatus.APPROVED, second.staff_id)
    assert (approved.yearly_limit, approved.daily_limit) == (10, 5)
    assert (await in_force(TODAY)).id == proposed.id
    kept = await ReferralBonus.filter(programme_id=proposed.id).order_by("after")
    assert [(each.after, each.points) for each in kept] == [(3, 30), (5, 50)]
    before = await make.everything()
    for decide in (approve, decline):
        with pytest.raises(NotPossibleNow):
            await decide(second, programme_id=proposed.id)
        with pytest.raises(NotFound):
            await decide(second, programme_id=999)
    assert await make.everything() == before


async def test_nobody_decides_what_he_proposed_nor_under_another_account(db):
    person = await make.customer()
    accounts = [await make.signed_in(await make.staff(role=Role.MANAGER, customer_id=person.id)) for _ in range(2)]
    proposed = await propose(accounts[0], **referring.proposal())
    before = await make.everything()
    for account in accounts:
        for decide in (approve, decline):
            with pytest.raises(SamePerson):
                await decide(account, programme_id=proposed.id)
    assert await make.everything() == before


async def test_the_newest_that_has_begun_holds_until_its_end(db):
    old = await referring.programme()
    new = await referring.programme(ReferralPolicy.LINKED, valid_from=TOMORROW, valid_to=TOMORROW + timedelta(days=2))
    assert (await in_force(TODAY)).id == old.id
    for days in (0, 1):
        assert (await in_force(TOMORROW + timedelta(days=days))).id == new.id
    with pytest.raises(NoReferralProgramme):
        await in_force(TOMORROW + timedelta(days=2))


async def test_one_that_is_over_as_it_begins_ends_what_held_before(db):
    await referring.programme()
    await referring.programme(valid_from=TOMORROW, valid_to=TOMORROW)
    with pytest.raises(NoReferralProgramme):
        await in_force(TOMORROW)


async def test_what_cannot_be_is_not_proposed(first):
    await referring.programme(valid_from=TOMORROW)
    before = await make.everything()
    for days in ({"valid_from": TODAY}, {"valid_from": TOMORROW}, {"valid_from": TODAY - timedelta(days=1)}):
        with pytest.raises(ReferralStartNotAllowed) as refused:
            await propose(first, **referring.proposal(**days))
        assert refused.value.earliest == TOMORROW + timedelta(days=1)
    later = {"valid_from": TODAY + timedelta(days=9), "bonuses": [ReferralTermsBonus(11, 1)]}
    with pytest.raises(ReferralBonusesInvalid):
        await propose(first, **referring.proposal(**later))
    assert await make.everything() == before


async def test_what_time_has_overtaken_is_not_approved(first, second):
    proposed = await propose(first, **referring.proposal())
    await make.travel_to(TOMORROW)
    before = await make.everything()
    with pytest.raises(ReferralStartNotAllowed):
        await approve(second, programme_id=proposed.id)
    assert await make.everything() == before


async def test_what_is_declined_never_holds(first, second):
    proposed = await propose(first, **referring.proposal())
    assert (await decline(second, programme_id=proposed.id)).status is ProposalStatus.DECLINED
    with pytest.raises(NoReferralProgramme):
        await in_force(TODAY)


async def test_of_several_of_one_day_at_once_one_is_approved(first, second):
    proposed = [await propose(first, **referring.proposal()) for _ in range(4)]
    answers = await asyncio.gather(
        *(approve(second, programme_id=each.id) for each in proposed), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in answers) == ["ReferralProgramme"] + ["ReferralStartNotAllowed"] * 3
    assert await ReferralProgramme.filter(status=ProposalStatus.APPROVED).count() == 1
