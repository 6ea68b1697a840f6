import asyncio
from collections.abc import Awaitable, Callable
from datetime import date

import pytest

from models import Branch, Customer, Referral, Session, Viewer
from resolvers.loyalty.referral_reviews import decide_referral
from resolvers.notifications import addresses
from resolvers.people import bank_accounts
from rules.errors import NotFound
from rules.loyalty.referrals import (
    ReferralConcern,
    ReferralPolicy,
    ReferralStatus,
    ReferralVerdict,
    RejectedBecause,
    concerns,
)
from rules.notifications.addresses import AddressKind, Platform, PushProvider
from rules.people.access import PartyRole
from rules.people.relationships import RelationshipKind
from rules.people.reveal import ReasonTooShort
from rules.people.staff import OwnAffairs
from rules.states import NotPossibleNow
from tests import make, referring

CARD = "6222021234567890128"
APPROVE, REJECT = ReferralVerdict
REASON = "Two brothers, two households."


async def same_device(referrer: Customer, friend: Customer) -> None:
    for customer in (referrer, friend):
        session = await make.signed_in(customer)
        async with make.unit():
            await Session.filter(id=session.session_id).update(device_index="d" * 64)


async def told_on_one_device(referrer: Customer, friend: Customer) -> None:
    """One has a session there, the other is told things there."""
    sessions = [await make.signed_in(each) for each in (referrer, friend)]
    async with make.unit():
        await Session.filter(id=sessions[0].session_id).update(device_index="d" * 64)
    told = {"provider": PushProvider.FCM, "kind": AddressKind.TOKEN, "platform": Platform.ANDROID}
    address = await addresses.register(sessions[1], value="token", **told)
    async with make.unit():
        await type(address).filter(id=address.id).update(device_index="d" * 64)


async def same_account(referrer: Customer, friend: Customer) -> None:
    for customer in (referrer, friend):
        await bank_accounts.add_bank_account(await make.signed_in(customer), "工商银行", CARD)


async def family(referrer: Customer, friend: Customer) -> None:
    await referring.related(referrer, friend)


async def employer(referrer: Customer, friend: Customer) -> None:
    await referring.related(referrer, friend, RelationshipKind.EMPLOYER)


async def shared_loan(referrer: Customer, friend: Customer) -> None:
    await make.party(await make.loan(referrer), friend, PartyRole.GUARANTOR)


async def become_staff(referrer: Customer, friend: Customer) -> None:
    await make.staff(customer_id=referrer.id)


async def in_review(referrer: Customer, friend: Customer, happen: Callable[..., Awaitable[None]] = family) -> Referral:
    """A friend who came by a code; something happens; he says who he is."""
    await referring.came_by(friend, await referring.code_of(referrer))
    await happen(referrer, friend)
    await referring.identify(friend)
    return await referring.of(friend)


async def waiting(policy: ReferralPolicy = ReferralPolicy.OPEN) -> tuple[Referral, Viewer]:
    """A referral that waits for a manager, and the manager."""
    await referring.programme(policy)
    referrer = await make.customer()
    if policy is ReferralPolicy.OPEN:
        referral = await in_review(referrer, await referring.newcomer())
    else:
        friend = await make.customer()
        await family(referrer, friend)
        await referring.referred(referrer, friend)
        await make.loan(friend)
        referral = await referring.of(friend)
    assert referral.status is ReferralStatus.IN_REVIEW
    return referral, await make.manager_of(referral.customer_id)


@pytest.mark.parametrize(
    ("happen", "concern"),
    [
        (same_device, ReferralConcern.SAME_DEVICE),
        (told_on_one_device, ReferralConcern.SAME_DEVICE),
        (same_account, ReferralConcern.SAME_ACCOUNT),
        (family, ReferralConcern.FAMILY),
        (employer, ReferralConcern.EMPLOYER),
        (shared_loan, ReferralConcern.SHARED_LOAN),
        (become_staff, ReferralConcern.STAFF),
    ],
)
async def test_what_speaks_against_it_puts_it_to_review(db, happen, concern):
    await referring.programme()
    referral = await in_review(await make.customer(), await referring.newcomer(), happen)
    assert (referral.status, concerns(referral.concerns)) == (ReferralStatus.IN_REVIEW, [concern])
    await make.travel_to(date(2026, 5, 1))
    assert await referring.rewarded() == 0


async def test_what_each_has_with_others_speaks_against_nothing(db):
    await referring.programme()
    referrer, friend = await make.customer(), await referring.newcomer()
    for happen in (same_account, same_device, family, employer):
        await happen(referrer, await make.customer())
    await bank_accounts.add_bank_account(await make.signed_in(friend), "工商银行", "6222021234567890136")
    await make.signed_in(friend)
    await referring.referred(referrer, friend)
    await referring.identify(friend)
    assert (await referring.of(friend)).status is ReferralStatus.QUALIFIED


async def test_one_code_used_more_often_in_a_day_than_is_usual_is_looked_at(db):
    await referring.programme(daily_limit=2)
    referrer = await make.customer()
    found = [await referring.referred(referrer) for _ in range(3)]
    assert [each.status.value for each in found] == ["QUALIFIED", "QUALIFIED", "IN_REVIEW"]
    assert concerns(found[2].concerns) == [ReferralConcern.MANY_IN_A_DAY]


async def test_one_friend_who_cannot_decide_between_two_codes_sends_no_other_to_review(db):
    await referring.programme(daily_limit=2)
    referrer, other, waverer = await make.customer(), await make.customer(), await referring.newcomer()
    for _ in range(3):
        for code in (await referring.code_of(referrer), await referring.code_of(other)):
            await referring.came_by(waverer, code)
    honest = await referring.referred(referrer)
    assert (honest.status, honest.concerns) == (ReferralStatus.QUALIFIED, "")


async def test_what_comes_to_light_by_the_pay_day_is_looked_at_then(db):
    await referring.programme()
    referrer, friend = await make.customer(), await referring.newcomer()
    await referring.referred(referrer, friend)
    await referring.identify(friend)
    await make.travel_to(date(2026, 5, 1))
    await same_account(referrer, friend)
    assert await referring.rewarded() == 0
    referral = await referring.of(friend)
    assert (referral.status, referral.concerns) == (ReferralStatus.IN_REVIEW, "SAME_ACCOUNT")
    await decide_referral(await make.manager_of(friend.id), referral_id=referral.id, verdict=APPROVE, reason=REASON)
    await make.travel_to(date(2026, 7, 1))
    assert await referring.rewarded() == 1, "what a person has decided is not asked again"


async def test_what_is_approved_under_open_is_paid_as_if_it_had_qualified_then(db):
    referral, manager = await waiting()
    decided = await decide_referral(manager, referral_id=referral.id, verdict=APPROVE, reason=REASON)
    assert (decided.status, decided.pays_on) == (ReferralStatus.QUALIFIED, date(2026, 5, 1))
    assert (decided.decided_by_id, decided.reason) == (manager.staff_id, REASON)
    await make.travel_to(date(2026, 5, 1))
    assert await referring.rewarded() == 1


async def test_what_is_approved_under_linked_still_waits_for_the_installment(db):
    referral, manager = await waiting(ReferralPolicy.LINKED)
    decided = await decide_referral(manager, referral_id=referral.id, verdict=APPROVE, reason=REASON)
    assert (decided.status, decided.pays_on) == (ReferralStatus.INVITED, None)


async def test_what_is_rejected_is_never_paid(db):
    referral, manager = await waiting()
    decided = await decide_referral(manager, referral_id=referral.id, verdict=REJECT, reason=REASON)
    assert (decided.status, decided.rejected_because) == (ReferralStatus.REJECTED, RejectedBecause.REVIEW)
    await make.travel_to(date(2026, 5, 1))
    assert await referring.rewarded() == 0


@pytest.mark.parametrize("verdict", ReferralVerdict)
async def test_what_is_decided_or_was_never_in_question_is_not_decided(db, verdict):
    referral, manager = await waiting()
    await decide_referral(manager, referral_id=referral.id, verdict=REJECT, reason=REASON)
    clean = await referring.referred(await make.customer())
    before = await make.everything()
    for decided in (referral, clean):
        with pytest.raises(NotPossibleNow):
            await decide_referral(manager, referral_id=decided.id, verdict=verdict, reason=REASON)
    with pytest.raises(ReasonTooShort):
        await decide_referral(manager, referral_id=clean.id, verdict=verdict, reason="ok")
    assert await make.everything() == before


async def test_of_several_decisions_at_once_one_counts(db):
    referral, manager = await waiting()
    said = {"referral_id": referral.id, "reason": REASON}
    verdicts = (APPROVE, REJECT, APPROVE)
    answers = await asyncio.gather(
        *(decide_referral(manager, verdict=each, **said) for each in verdicts), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in answers) == ["NotPossibleNow", "NotPossibleNow", "Referral"]


async def test_another_branch_and_whoever_is_kin_of_one_of_them_does_not_decide(db):
    referral, _ = await waiting()
    friend = await Customer.get(id=referral.customer_id)
    kin = await make.customer()
    await referring.related(kin, friend)
    own = await make.manager_of(friend.id, customer_id=kin.id)
    stranger = await make.with_branches(make.viewer(await make.staff(role=own.role, branches=[await other_branch()])))
    before = await make.everything()
    with pytest.raises(OwnAffairs):
        await decide_referral(own, referral_id=referral.id, verdict=APPROVE, reason=REASON)
    with pytest.raises(NotFound):
        await decide_referral(stranger, referral_id=referral.id, verdict=APPROVE, reason=REASON)
    assert await make.everything() == before


async def other_branch() -> Branch:
    return await make.branch()
