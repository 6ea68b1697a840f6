import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

import resolvers
from models import (
    AttemptKind,
    AuditEntry,
    Branch,
    Customer,
    OutboxEvent,
    PointsAccount,
    Session,
    SignInAttempt,
    SignInCode,
    Tier,
)
from resolvers import configured
from resolvers.people import sessions
from resolvers.people.sign_in import _enter, _prove_code, request_code, sign_in_staff, sign_in_with_code
from resolvers.people.staff import create_staff
from rules.people.access import Role
from rules.people.phones import PhoneInvalid
from rules.people.sign_in import SignInFailed, TooManyAttempts
from tests import make

PHONE = "+8613800001234"
AS_WRITTEN = "138 0000 1234"


def wrong(code: str) -> str:
    """Another code than the right one."""
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def outcomes(*calls) -> list[object]:
    """What came of calls made at once: a result, or the type of what was raised."""
    results = await asyncio.gather(*calls, return_exceptions=True)
    return [type(result) if isinstance(result, BaseException) else result for result in results]


@pytest.fixture
async def house(db):
    """What must be there before anybody signs in."""
    return await make.branch()


async def test_an_unknown_phone_that_proves_its_code_becomes_a_customer_without_identity(house, codes):
    visitor = make.visitor()
    await request_code(visitor, AS_WRITTEN)
    assert not await Customer.exists()
    signed_in = await sign_in_with_code(visitor, AS_WRITTEN, codes[PHONE])
    customer = await Customer.get()
    assert signed_in.customer.id == customer.id
    assert customer.phone.read() == PHONE
    assert customer.phone_mask == "138****1234"
    assert (customer.name, customer.identity_number, customer.birth_on) == (None, None, None)
    assert (await Branch.get(id=customer.branch_id)).is_default
    account = await PointsAccount.get(customer_id=customer.id)
    lowest = await Tier.all().order_by("rank").first()
    assert (account.balance, account.tier_id) == (0, lowest.id)
    viewer = await sessions.viewer_of(signed_in.access_token, visitor.clock, None, "")
    assert (viewer.role, viewer.customer_id) == (Role.CUSTOMER, customer.id)
    audit = await AuditEntry.get(operation="sign_in_with_code")
    assert (audit.actor, audit.customer_number) == ("VISITOR", customer.id)


async def test_a_known_phone_leads_to_its_customer_who_is_told(house, codes):
    customer = await make.customer(phone=PHONE)
    await request_code(make.visitor(), PHONE)
    signed_in = await sign_in_with_code(make.visitor(), PHONE, f" {codes[PHONE]} ")
    assert signed_in.customer.id == customer.id
    assert await Customer.all().count() == 1
    assert (await OutboxEvent.get(kind="NewSignIn")).customer_id == customer.id


async def test_the_answer_to_a_request_does_not_say_whether_the_phone_is_known(house, codes):
    await make.customer(phone=PHONE)
    known = await request_code(make.visitor(), PHONE)
    unknown = await request_code(make.visitor(), "13900005678")
    assert known == unknown
    assert len(codes) == 2


async def test_the_code_is_not_kept_in_clear(house, codes):
    await request_code(make.visitor(), PHONE)
    kept = await SignInCode.get()
    assert codes[PHONE] not in kept.code_hash
    assert len(kept.code_hash) == 64
    assert len(codes[PHONE]) == 6


async def test_a_wrong_code_uses_up_a_try_and_is_remembered_and_changes_nothing_else(house, codes):
    await request_code(make.visitor(), PHONE)
    with pytest.raises(SignInFailed):
        await sign_in_with_code(make.visitor(), PHONE, wrong(codes[PHONE]))
    assert (await SignInCode.get()).tries_left == 4
    assert await SignInAttempt.filter(kind=AttemptKind.CODE_TRY).count() == 1
    assert not await Session.exists()
    assert not await Customer.exists()
    assert not await OutboxEvent.exists()


@pytest.mark.parametrize("code", ["", "12345", "1234567", "½½½½½½", "１２３４５６", "' OR 1=1", "0" * 1000])
async def test_what_is_no_code_fails_as_a_wrong_one(house, codes, code):
    await request_code(make.visitor(), PHONE)
    with pytest.raises(SignInFailed):
        await sign_in_with_code(make.visitor(), PHONE, code)
    assert not await Session.exists()


async def test_without_a_code_sent_the_attempt_fails_and_is_remembered(house):
    with pytest.raises(SignInFailed):
        await sign_in_with_code(make.visitor(), PHONE, "123456")
    assert await SignInAttempt.all().count() == 1
    assert not await Session.exists()


async def test_after_five_wrong_codes_the_right_one_fails_too(house, codes):
    await request_code(make.visitor(), PHONE)
    for _ in range(5):
        with pytest.raises(SignInFailed):
            await sign_in_with_code(make.visitor(), PHONE, wrong(codes[PHONE]))
    with pytest.raises(SignInFailed):
        await sign_in_with_code(make.visitor(), PHONE, codes[PHONE])
    assert (await SignInCode.get()).tries_left == 0
    assert not await Session.exists()


async def test_ten_wrong_codes_at_once_use_up_five_tries(house, codes):
    await request_code(make.visitor(), PHONE)
    guess = wrong(codes[PHONE])
    results = await outcomes(*[sign_in_with_code(make.visitor(), PHONE, guess) for _ in range(10)])
    assert results == [SignInFailed] * 10
    assert (await SignInCode.get()).tries_left == 0
    assert await SignInAttempt.filter(kind=AttemptKind.CODE_TRY).count() == 10


async def test_the_same_code_signs_in_once(house, codes):
    await request_code(make.visitor(), PHONE)
    await sign_in_with_code(make.visitor(), PHONE, codes[PHONE])
    with pytest.raises(SignInFailed):
        await sign_in_with_code(make.visitor(), PHONE, codes[PHONE])
    assert await Session.all().count() == 1


async def test_the_same_code_five_times_at_once_signs_in_once(house, codes):
    await request_code(make.visitor(), PHONE)
    code = codes[PHONE]
    results = await outcomes(*[sign_in_with_code(make.visitor(), PHONE, code) for _ in range(5)])
    assert results.count(SignInFailed) == 4
    assert await Session.all().count() == 1
    assert await Customer.all().count() == 1


async def test_several_codes_of_a_new_phone_used_at_once_make_one_customer(house, codes):
    proved = []
    for _ in range(5):
        await request_code(make.visitor(), PHONE)
        proved.append(await _prove_code(make.visitor(), PHONE, codes[PHONE]))
    entered = await asyncio.gather(*[_enter(make.visitor(), PHONE, code_id) for code_id in proved])
    assert len({signed_in.customer.id for signed_in in entered}) == 1
    assert await Customer.all().count() == 1
    assert await PointsAccount.all().count() == 1


async def test_a_code_ends_after_five_minutes(house, codes):
    visitor = make.visitor()
    sent = await request_code(visitor, PHONE)
    visitor.clock.moment += timedelta(minutes=5)
    assert sent.expires_at == visitor.now
    with pytest.raises(SignInFailed):
        await sign_in_with_code(visitor, PHONE, codes[PHONE])
    assert not await Session.exists()


async def test_only_the_newest_code_counts(house, codes):
    await request_code(make.visitor(), PHONE)
    older = codes[PHONE]
    while codes[PHONE] == older:
        await request_code(make.visitor(), PHONE)
    with pytest.raises(SignInFailed):
        await sign_in_with_code(make.visitor(), PHONE, older)
    await sign_in_with_code(make.visitor(), PHONE, codes[PHONE])


async def test_a_code_is_good_for_its_own_phone_only(house, codes):
    await request_code(make.visitor(), PHONE)
    await request_code(make.visitor(), "13900005678")
    if codes[PHONE] != codes["+8613900005678"]:
        with pytest.raises(SignInFailed):
            await sign_in_with_code(make.visitor(), "13900005678", codes[PHONE])
    assert not await Session.exists()


async def test_what_is_no_phone_is_refused_before_anything_is_kept(house):
    with pytest.raises(PhoneInvalid):
        await request_code(make.visitor(), "12")
    with pytest.raises(PhoneInvalid):
        await sign_in_with_code(make.visitor(), "12", "123456")
    assert not await SignInAttempt.exists()


async def test_one_phone_gets_five_codes_an_hour(house, codes):
    visitor = make.visitor()
    for _ in range(5):
        await request_code(visitor, PHONE)
        visitor.clock.moment += timedelta(minutes=1)
    codes.clear()
    with pytest.raises(TooManyAttempts) as refused:
        await request_code(visitor, AS_WRITTEN)
    assert refused.value.retry_after == 55 * 60
    assert not codes
    assert await SignInCode.all().count() == 5
    await request_code(visitor, "13900005678")
    visitor.clock.moment += timedelta(seconds=refused.value.retry_after)
    await request_code(visitor, PHONE)


async def test_one_address_gets_codes_for_so_many_phones_an_hour(house, codes):
    resolvers.configure(replace(configured(), code_requests_per_address=3))
    visitor = replace(make.visitor(), address="203.0.113.7")
    for last in range(3):
        await request_code(visitor, f"1380000000{last}")
    with pytest.raises(TooManyAttempts):
        await request_code(visitor, "13800000009")
    assert len(codes) == 3
    await request_code(replace(visitor, address="203.0.113.8"), "13800000009")


async def test_requests_made_at_once_do_not_pass_the_limit_together(house, codes):
    resolvers.configure(replace(configured(), code_requests_per_phone=2))
    results = await outcomes(*[request_code(make.visitor(), PHONE) for _ in range(8)])
    assert results.count(TooManyAttempts) >= 6


async def test_tries_are_limited_however_many_codes_were_sent(house, codes):
    resolvers.configure(replace(configured(), sign_in_tries_per_person=3))
    for _ in range(3):
        with pytest.raises(SignInFailed):
            await sign_in_with_code(make.visitor(), PHONE, "000000")
    await request_code(make.visitor(), PHONE)
    with pytest.raises(TooManyAttempts):
        await sign_in_with_code(make.visitor(), PHONE, codes[PHONE])
    assert (await SignInCode.get()).tries_left == 5
    assert not await Session.exists()


@pytest.fixture
async def auditor(house):
    return await create_staff(
        make.system(), login="Zhang", password="correct horse battery", name="张敏", role=Role.AUDITOR
    )


async def test_staff_sign_in_by_password(auditor):
    signed_in = await sign_in_staff(make.visitor(), " ZHANG ", "correct horse battery")
    assert signed_in.staff.id == auditor.id
    viewer = await sessions.viewer_of(signed_in.access_token, make.visitor().clock, None, "")
    assert (viewer.role, viewer.staff_id, viewer.customer_id) == (Role.AUDITOR, auditor.id, None)
    assert "correct horse" not in auditor.password_hash
    assert await AuditEntry.exists(operation="sign_in_staff", subject=f"Staff:{auditor.id}")


@pytest.mark.parametrize(
    ("login", "password"),
    [("zhang", "wrong"), ("zhang", ""), ("nobody", "correct horse battery"), ("", "correct horse battery")],
)
async def test_a_wrong_password_and_an_unknown_login_fail_alike_and_are_remembered(auditor, login, password):
    with pytest.raises(SignInFailed):
        await sign_in_staff(make.visitor(), login, password)
    assert await SignInAttempt.filter(kind=AttemptKind.PASSWORD_TRY).count() == 1
    assert not await Session.exists()


async def test_a_disabled_account_fails_like_a_wrong_password(auditor):
    auditor.is_active = False
    await auditor.save()
    with pytest.raises(SignInFailed):
        await sign_in_staff(make.visitor(), "zhang", "correct horse battery")
    assert not await Session.exists()


async def test_passwords_can_be_tried_so_often_an_hour(auditor):
    resolvers.configure(replace(configured(), sign_in_tries_per_person=2))
    for _ in range(2):
        with pytest.raises(SignInFailed):
            await sign_in_staff(make.visitor(), "zhang", "wrong")
    with pytest.raises(TooManyAttempts):
        await sign_in_staff(make.visitor(), "Zhang", "correct horse battery")
    visitor = make.visitor()
    visitor.clock.moment += timedelta(hours=1)
    await sign_in_staff(visitor, "zhang", "correct horse battery")
