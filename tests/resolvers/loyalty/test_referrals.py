import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

import resolvers
from models import Customer, Referral, ReferralCode, ReferralPart, SignInAttempt
from resolvers import configured
from resolvers.applications import applications
from resolvers.loyalty import referrals
from rules.applications.disclosures import DisclosureNotAcknowledged
from rules.applications.kinds import Purpose
from rules.errors import NotFound
from rules.loyalty.codes import ALPHABET
from rules.loyalty.referrals import (
    NoReferralProgramme,
    ReferralCodeInvalid,
    ReferralConsentNeeded,
    ReferralNotAllowed,
    ReferralPartStatus,
    ReferralPolicy,
    ReferralSide,
    ReferralStatus,
    ReferralTooLate,
    RejectedBecause,
)
from rules.money import Money
from rules.people.access import PartyRole
from rules.people.kinds import Locale
from rules.people.relationships import RelationshipKind
from rules.people.sign_in import TooManyAttempts
from rules.states import NotPossibleNow
from tests import make, referring

OPEN, LINKED = ReferralPolicy
BOTH = pytest.mark.parametrize("policy", ReferralPolicy)


async def use(friend: Customer, code: str, **said: str) -> ReferralPart:
    return await referrals.use_code(make.viewer(friend), code=code, **said)


async def rows() -> dict[str, list]:
    """Everything but the tries, which stay, and that they were made."""
    kept = await make.everything()
    return {table: found for table, found in kept.items() if table not in ("sign_in_attempt", "audit_entry")}


async def parts_of(customer: Customer) -> list[tuple[ReferralSide, ReferralPartStatus]]:
    return [(each.side, each.status) for each in await ReferralPart.filter(customer_id=customer.id).order_by("id")]


async def test_a_customer_has_one_code_for_life_that_nobody_mistakes(db):
    await referring.programme()
    customer = await make.customer()
    code = await referring.code_of(customer)
    assert len(code) == 8
    assert set(code) <= set(ALPHABET)
    assert await referring.code_of(customer) == code
    other = await referring.code_of(await make.customer())
    assert other != code


async def test_several_taps_at_once_make_one_code(db):
    await referring.programme()
    customer = await make.customer()
    codes = await asyncio.gather(*(referring.code_of(customer) for _ in range(5)))
    assert len(set(codes)) == 1
    assert await ReferralCode.all().count() == 1


async def test_nobody_has_a_code_made_for_another(db):
    await referring.programme()
    customer, other = await make.customer(), await make.customer()
    with pytest.raises(NotFound):
        await referrals.make_code(make.viewer(customer), customer_id=other.id)
    assert not await ReferralCode.exists()


async def test_without_a_programme_codes_are_neither_made_nor_used(db):
    customer, friend = await make.customer(), await referring.newcomer()
    before = await make.everything()
    with pytest.raises(NoReferralProgramme):
        await referring.code_of(customer)
    with pytest.raises(NoReferralProgramme):
        await use(friend, "7KQ2MXWP")
    with pytest.raises(NoReferralProgramme):
        await referrals.terms(make.viewer(friend), locale=Locale.EN)
    assert await make.everything() == before


async def test_colleagues_and_their_families_have_no_code(db):
    await referring.programme()
    colleague, kin, former = [await make.customer() for _ in range(3)]
    await make.staff(customer_id=colleague.id)
    await make.staff(customer_id=former.id, is_active=False)
    await referring.related(colleague, kin)
    for insider in (colleague, kin):
        with pytest.raises(ReferralNotAllowed):
            await referring.code_of(insider)
    assert await ReferralCode.all().count() == 0
    assert await referring.code_of(former)


async def test_terms_say_what_is_rewarded_and_what_the_other_learns(db):
    await referring.programme(bonuses=[referrals.ReferralTermsBonus(3, 30)])
    viewer = make.viewer(await referring.newcomer())
    shown = await referrals.terms(viewer, locale=Locale.EN)
    assert (shown.policy, shown.referrer_points, shown.friend_points, shown.yearly_limit) == (OPEN, 100, 50, 10)
    assert shown.bonuses == [referrals.ReferralTermsBonus(3, 30)]
    assert (shown.consent_words, shown.consent_version) == (None, None)
    await referring.programme(LINKED, valid_from=make.TODAY + timedelta(days=1))
    await make.travel_to(make.TODAY + timedelta(days=1))
    linked = await referrals.terms(viewer, locale=Locale.EN)
    assert "has paid" not in linked.consent_words
    assert "paid an installment on time" in linked.consent_words
    assert "按时" in (await referrals.terms(viewer, locale=Locale.ZH_CN)).consent_words


@BOTH
async def test_whoever_uses_a_code_is_invited_on_both_sides(db, policy):
    await referring.programme(policy)
    referrer, friend = await make.customer(), await referring.newcomer()
    code = await referring.code_of(referrer)
    part = await referring.came_by(friend, f" {code[:4].lower()}-{code[4:]} ")
    assert (part.customer_id, part.side, part.status) == (friend.id, ReferralSide.FRIEND, ReferralPartStatus.INVITED)
    assert await parts_of(referrer) == [(ReferralSide.REFERRER, ReferralPartStatus.INVITED)]
    referral = await referring.of(friend)
    assert (referral.status, referral.fixed_at, referral.pays_on) == (ReferralStatus.INVITED, None, None)


async def test_linked_wants_consent_to_the_current_words(db):
    await referring.programme(LINKED)
    code, friend = await referring.code_of(await make.customer()), await referring.newcomer()
    current = (await referrals.terms(make.viewer(friend), locale=Locale.ZH_CN)).consent_version
    before = await make.everything()
    for said in ({}, {"text_version": "2020-01-0123456789ab"}):
        with pytest.raises(ReferralConsentNeeded) as refused:
            await use(friend, code, **said)
        assert refused.value.current == current
    assert await make.everything() == before
    english = (await referrals.terms(make.viewer(friend), locale=Locale.EN)).consent_version
    await use(friend, code, text_version=english)
    referral = await referring.of(friend)
    assert (referral.consent_version, referral.consent_locale) == (english, Locale.EN)


async def test_the_same_refusal_answers_whatever_is_wrong_with_a_code(db):
    await referring.programme()
    colleague, kin, former = [await make.customer() for _ in range(3)]
    codes = [await referring.code_of(each) for each in (colleague, kin)]
    await make.staff(customer_id=colleague.id)
    await referring.related(colleague, kin)
    friend, insider = await referring.newcomer(), await referring.newcomer()
    await make.staff(customer_id=insider.id)
    own, good = await referring.code_of(friend), await referring.code_of(former)
    before = await rows()
    for user, code in [
        *((friend, each) for each in (*codes, own, "7KQ2MXWP", "0OIL", "7KQ2MXWPP" * 4)),
        (insider, good),
    ]:
        with pytest.raises(ReferralCodeInvalid) as refused:
            await use(user, code)
        assert vars(refused.value) == {}
    assert await rows() == before


async def test_nobody_uses_the_code_of_somebody_he_has_brought_however_far_down(db):
    await referring.programme(LINKED)
    people = [await referring.newcomer() for _ in range(4)]
    codes = [await referring.code_of(each) for each in people]
    for number in range(1, 4):
        await referring.came_by(people[number], codes[number - 1])
    before = await rows()
    for number in (1, 2, 3):
        with pytest.raises(ReferralCodeInvalid):
            await referring.came_by(people[0], codes[number])
    assert await rows() == before


async def test_of_two_who_use_each_others_codes_at_once_one_is_refused(db):
    await referring.programme()
    one, other = await referring.newcomer(), await referring.newcomer()
    codes = await referring.code_of(one), await referring.code_of(other)
    answers = await asyncio.gather(use(one, codes[1]), use(other, codes[0]), return_exceptions=True)
    assert sorted(type(each).__name__ for each in answers) == ["ReferralCodeInvalid", "ReferralPart"]
    assert await Referral.all().count() == 1


async def test_the_same_code_used_several_times_at_once_is_used_once(db):
    await referring.programme()
    referrer, friend = await make.customer(), await referring.newcomer()
    code = await referring.code_of(referrer)
    used = await asyncio.gather(*(use(friend, code) for _ in range(5)))
    assert len({each.id for each in used}) == 1
    assert await Referral.all().count() == 1
    assert await ReferralPart.all().count() == 2


async def test_the_last_code_takes_the_place_of_the_one_before(db):
    await referring.programme()
    first, second, friend = await make.customer(), await make.customer(), await referring.newcomer()
    part = await use(friend, await referring.code_of(first))
    again = await use(friend, await referring.code_of(second))
    assert again.id == part.id
    old, new = await Referral.filter(customer_id=friend.id).order_by("id")
    assert (old.status, old.rejected_because) == (ReferralStatus.REJECTED, RejectedBecause.REPLACED)
    assert (new.status, again.referral_id) == (ReferralStatus.INVITED, new.id)
    for referrer in (first, second):
        assert await parts_of(referrer) == [(ReferralSide.REFERRER, ReferralPartStatus.INVITED)]
    assert await parts_of(friend) == [(ReferralSide.FRIEND, ReferralPartStatus.INVITED)]


async def test_of_two_codes_used_at_once_one_stays(db):
    await referring.programme()
    friend = await referring.newcomer()
    codes = [await referring.code_of(await make.customer()) for _ in range(2)]
    await asyncio.gather(*(use(friend, each) for each in codes))
    assert await Referral.filter(status=ReferralStatus.INVITED).count() == 1
    assert await Referral.filter(status=ReferralStatus.REJECTED).count() == 1


async def test_under_open_it_is_fixed_when_he_says_who_he_is(db):
    await referring.programme()
    friend = await referring.newcomer()
    await use(friend, await referring.code_of(await make.customer()))
    await referring.identify(friend)
    referral = await referring.of(friend)
    assert (referral.status, referral.fixed_at) == (ReferralStatus.QUALIFIED, make.clock.now())
    assert referral.pays_on.isoformat() == "2026-05-01"
    before = await rows()
    with pytest.raises(ReferralTooLate):
        await use(friend, await referring.code_of(await make.customer()))
    assert (await rows())["referral"] == before["referral"]


async def test_under_linked_it_is_fixed_when_he_first_applies(db):
    await referring.programme(LINKED)
    friend = await make.customer()
    await referring.came_by(friend, await referring.code_of(await make.customer()))
    await referring.applied(friend)
    referral = await referring.of(friend)
    assert (referral.status, referral.fixed_at, referral.pays_on) == (ReferralStatus.INVITED, make.clock.now(), None)
    with pytest.raises(ReferralTooLate):
        await referring.came_by(friend, await referring.code_of(await make.customer()))


async def test_a_code_used_more_than_thirty_days_before_counts_no_longer(db):
    await referring.programme()
    early, late = await referring.newcomer(), await referring.newcomer()
    code = await referring.code_of(await make.customer())
    for friend in (early, late):
        await use(friend, code)
    make.clock.moment += timedelta(days=30)
    await referring.identify(early)
    make.clock.moment += timedelta(seconds=1)
    await referring.identify(late)
    assert (await referring.of(early)).status is ReferralStatus.QUALIFIED
    referral = await referring.of(late)
    assert (referral.status, referral.rejected_because) == (ReferralStatus.REJECTED, RejectedBecause.TOO_LATE)


async def test_used_again_the_same_code_counts_from_then(db):
    await referring.programme()
    friend = await referring.newcomer()
    code = await referring.code_of(await make.customer())
    for _ in range(2):
        await use(friend, code)
        make.clock.moment += timedelta(days=20)
    await referring.identify(friend)
    assert (await referring.of(friend)).status is ReferralStatus.QUALIFIED


async def test_whoever_has_applied_or_borrows_is_not_new(db):
    await referring.programme(LINKED)
    code = await referring.code_of(await make.customer())
    applicant, party = await make.customer(), await make.customer()
    await referring.applied(applicant)
    await make.party(await make.loan(), party, PartyRole.CO_BORROWER)
    before = await rows()
    for friend in (applicant, party):
        with pytest.raises(ReferralTooLate):
            await referring.came_by(friend, code)
    assert await rows() == before


async def test_whoever_has_said_who_he_is_is_not_new_under_open(db):
    await referring.programme()
    code, friend = await referring.code_of(await make.customer()), await make.customer()
    with pytest.raises(ReferralTooLate):
        await use(friend, code)
    assert not await Referral.exists()


async def test_a_draft_alone_fixes_nothing(db):
    await referring.programme(LINKED)
    friend, product = await make.customer(), await make.product()
    await referring.came_by(friend, await referring.code_of(await make.customer()))
    amount = Money(Decimal("1000.00"), "CNY")
    draft = await applications.start_application(make.viewer(friend), product_id=product.id, amount=amount, term=12)
    with pytest.raises(DisclosureNotAcknowledged):
        await applications.submit_application(make.viewer(friend), draft.id, Purpose.HOUSEHOLD, draft.version)
    assert (await referring.of(friend)).fixed_at is None


async def test_ten_thousand_guesses_are_stopped_after_twenty(db):
    await referring.programme()
    friend, code = await referring.newcomer(), await referring.code_of(await make.customer())
    guesses = 0
    for guesses in range(10_000):  # noqa: B007  It says when it was stopped.
        try:
            await use(friend, "7KQ2MXWP")
        except ReferralCodeInvalid:
            continue
        except TooManyAttempts as stopped:
            wait = stopped.retry_after
            break
    assert guesses == 20
    with pytest.raises(TooManyAttempts):
        await use(friend, code)
    assert not await Referral.exists()
    make.clock.moment += timedelta(seconds=wait)
    assert await use(friend, code)


async def test_one_network_does_not_guess_under_many_names(db):
    await referring.programme()
    resolvers.configure(replace(configured(), sign_in_tries_per_address=3))
    for number in range(4):
        guesser = replace(make.viewer(await referring.newcomer()), address="203.0.113.7")
        with pytest.raises(ReferralCodeInvalid if number < 3 else TooManyAttempts):
            await referrals.use_code(guesser, code="7KQ2MXWP")


async def test_guesses_made_at_once_do_not_pass_the_limit_together(db):
    await referring.programme()
    resolvers.configure(replace(configured(), sign_in_tries_per_person=2))
    friend = await referring.newcomer()
    answers = await asyncio.gather(*(use(friend, "7KQ2MXWP") for _ in range(8)), return_exceptions=True)
    assert sum(isinstance(each, TooManyAttempts) for each in answers) == 6
    assert await SignInAttempt.all().count() == 2


async def test_consent_can_be_taken_back_until_there_are_points(db):
    await referring.programme(LINKED)
    referrer, friend = await make.customer(), await make.customer()
    part = await referring.came_by(friend, await referring.code_of(referrer))
    before = await rows()
    for other, asked in ((referrer, part.id), (friend, 999)):
        with pytest.raises(NotFound):
            await referrals.withdraw_consent(make.viewer(other), part_id=asked)
    assert await rows() == before
    for _ in range(2):
        await referrals.withdraw_consent(make.viewer(friend), part_id=part.id)
    referral = await referring.of(friend)
    assert (referral.status, referral.rejected_because) == (ReferralStatus.REJECTED, RejectedBecause.CONSENT_WITHDRAWN)
    assert await parts_of(referrer) == [(ReferralSide.REFERRER, ReferralPartStatus.INVITED)]


async def test_where_nothing_was_consented_to_there_is_nothing_to_take_back(db):
    await referring.programme()
    friend = await referring.newcomer()
    part = await use(friend, await referring.code_of(await make.customer()))
    with pytest.raises(NotFound):
        await referrals.withdraw_consent(make.viewer(friend), part_id=part.id)


async def test_once_there_were_points_consent_is_not_taken_back(db):
    await referring.programme(LINKED)
    friend = await make.customer()
    part = await referring.came_by(friend, await referring.code_of(await make.customer()))
    async with make.unit() as unit:
        rewarded = {"status": ReferralStatus.REWARDED, "fixed_at": unit.now, "pays_on": unit.today}
        await Referral.filter(customer_id=friend.id).update(**rewarded)
    with pytest.raises(NotPossibleNow):
        await referrals.withdraw_consent(make.viewer(friend), part_id=part.id)


async def test_family_of_the_referrer_may_use_a_code_and_is_looked_at(db):
    await referring.programme()
    referrer, friend = await make.customer(), await referring.newcomer()
    await referring.related(referrer, friend, RelationshipKind.FAMILY)
    await use(friend, await referring.code_of(referrer))
    await referring.identify(friend)
    assert (await referring.of(friend)).status is ReferralStatus.IN_REVIEW
