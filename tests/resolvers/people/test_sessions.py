from datetime import timedelta

import pytest

from models import Customer, Session, Staff, StaffBranch
from models.database import transaction
from models.database.statements import counted
from resolvers.people import customers, sessions, tokens
from resolvers.people.sign_in import request_code, sign_in_with_code
from resolvers.people.tokens import TokenInvalid
from rules.errors import NotFound
from rules.people.access import Role
from rules.people.kinds import Locale
from tests import make

PHONE = "+8613800001234"
A_FEW_SECONDS = timedelta(seconds=5)
"""As long as a session's row is believed."""


@pytest.fixture
async def token(db, codes) -> str:
    """The token of a customer who has just signed in."""
    await make.branch()
    return await sign_in(codes)


async def sign_in(codes) -> str:
    await request_code(make.visitor(), PHONE)
    return (await sign_in_with_code(make.visitor(), PHONE, codes[PHONE])).access_token


async def viewer_of(token: str | None, accept_language: Locale | None = None):
    return await sessions.viewer_of(token, make.visitor().clock, accept_language, "203.0.113.7")


async def staff_token(role: Role, **columns) -> str:
    """The token of somebody at a desk."""
    staff = await make.staff(role=role, **columns)
    async with transaction(make.system(), "test") as unit:
        session = await sessions.start_session(unit, staff_id=staff.id)
    return tokens.issue(session.id, make.visitor().now)[0]


async def test_without_a_token_one_is_a_visitor_in_the_language_asked_for(db):
    assert (await viewer_of(None)).role is Role.VISITOR
    assert (await viewer_of(None)).locale is Locale.ZH_CN
    assert (await viewer_of(None, Locale.EN)).locale is Locale.EN


async def test_a_customers_own_choice_of_language_comes_first(token):
    assert (await viewer_of(token)).locale is Locale.ZH_CN
    assert (await viewer_of(token, Locale.EN)).locale is Locale.EN
    await customers.choose_language(await viewer_of(token), Locale.ZH_CN)
    viewer = await viewer_of(token, Locale.EN)
    assert viewer.locale is Locale.ZH_CN
    assert viewer.session_id == (await Session.get()).id
    assert viewer.address == "203.0.113.7"


async def test_staff_in_charge_bring_their_branches(db, token):
    branch = await make.branch()
    viewer = await viewer_of(await staff_token(Role.OFFICER, branches=[branch]))
    assert (viewer.role, viewer.branch_ids) == (Role.OFFICER, (branch.id,))


async def test_who_does_not_look_after_customers_brings_no_branch(db, token):
    admin = await staff_token(Role.ADMIN)
    staff = await Staff.get()
    async with transaction(make.system(), "test"):
        await StaffBranch.create(staff_id=staff.id, branch_id=(await make_branch_id()))
    assert (await viewer_of(admin)).branch_ids == ()


async def make_branch_id() -> int:
    return (await Customer.get()).branch_id


async def test_the_token_of_staff_who_were_disabled_is_worth_nothing(db, token):
    officer = await staff_token(Role.AUDITOR)
    await viewer_of(officer)
    await Staff.all().update(is_active=False)
    make.clock.moment += A_FEW_SECONDS
    with pytest.raises(TokenInvalid):
        await viewer_of(officer)


async def test_an_ended_sessions_token_is_worth_nothing(token, codes):
    other = await sign_in(codes)
    assert (await sessions.end_session(await viewer_of(token))).ended_count == 1
    with pytest.raises(TokenInvalid):
        await viewer_of(token)
    await viewer_of(other)


async def test_a_session_that_another_process_ended_is_believed_for_seconds_only(token):
    viewer = await viewer_of(token)
    with counted() as statements:
        assert await viewer_of(token) == viewer
    assert not statements, "it is not read again at each request"
    await Session.all().update(ended_at=viewer.now)
    viewer.clock.moment += A_FEW_SECONDS - timedelta(milliseconds=1)
    assert await viewer_of(token)
    viewer.clock.moment += timedelta(milliseconds=1)
    with pytest.raises(TokenInvalid):
        await viewer_of(token)


async def test_what_was_read_before_a_session_ended_is_not_believed_after_it(token, monkeypatch):
    viewer = await viewer_of(token)
    sessions.forget_viewers()
    read = sessions.open_session

    async def end_meanwhile(session_id, now):
        row = await read(session_id, now)
        await sessions.end_session(viewer)
        return row

    monkeypatch.setattr(sessions, "open_session", end_meanwhile)
    await viewer_of(token)
    monkeypatch.undo()
    with pytest.raises(TokenInvalid):
        await viewer_of(token)


async def test_what_is_rolled_back_is_read_again_too(token):
    viewer = await viewer_of(token)
    with pytest.raises(NotFound):
        await sessions.end_session(viewer, session_id=999_999)
    with counted() as statements:
        assert await viewer_of(token) == viewer
    assert len(statements) == 1


async def test_all_sessions_of_a_person_end_together_and_nobody_elses(token, codes):
    await sign_in(codes)
    auditor = await staff_token(Role.AUDITOR)
    ended = await sessions.end_session(await viewer_of(token), is_everywhere=True)
    assert ended.ended_count == 2
    await viewer_of(auditor)


async def test_a_token_is_good_for_ten_minutes_and_no_longer_than_its_session(token):
    viewer = await viewer_of(token)
    viewer.clock.moment += timedelta(minutes=9)
    assert (await viewer_of(token)).session_id == viewer.session_id
    await Session.all().update(expires_at=viewer.now)
    viewer.clock.moment += A_FEW_SECONDS
    with pytest.raises(TokenInvalid):
        await viewer_of(token)
    await Session.all().update(expires_at=viewer.now + timedelta(hours=1))
    viewer.clock.moment += timedelta(minutes=1)
    with pytest.raises(TokenInvalid):
        await viewer_of(token)


async def test_a_good_token_of_no_session_is_worth_nothing(token):
    stray, _ = tokens.issue(999_999, make.visitor().now)
    with pytest.raises(TokenInvalid):
        await viewer_of(stray)


async def test_a_token_is_forgotten_once_its_session_has_ended(token):
    viewer = await viewer_of(token)
    assert tokens._digest(token) in tokens._verified
    await sessions.end_session(viewer)
    with pytest.raises(TokenInvalid):
        await viewer_of(token)
    assert tokens._digest(token) not in tokens._verified


async def test_another_session_of_ones_own_is_ended_by_its_id(token, codes):
    other = await sign_in(codes)
    viewer, lost = await viewer_of(token), await viewer_of(other)
    assert (await sessions.end_session(viewer, session_id=lost.session_id)).ended_count == 1
    with pytest.raises(TokenInvalid):
        await viewer_of(other)
    assert await viewer_of(token)
    with pytest.raises(NotFound):
        await sessions.end_session(viewer, session_id=lost.session_id)


async def test_nobody_ends_somebody_elses_session(token):
    auditor = await staff_token(Role.AUDITOR)
    admin = await viewer_of(await staff_token(Role.ADMIN))
    theirs = [(await viewer_of(each)).session_id for each in (auditor, token)]
    before = await make.everything()
    for session_id in theirs:
        with pytest.raises(NotFound):
            await sessions.end_session(admin, session_id=session_id)
    assert await make.everything() == before


async def test_of_many_sessions_those_that_go_on_are_found(db, monkeypatch):
    monkeypatch.setattr(sessions, "SESSIONS_AT_A_TIME", 2)
    customer, officer, gone = await make.customer(), await make.staff(), await make.staff(is_active=False)
    open_ones = [(await make.signed_in(person)).session_id for person in (customer, officer, customer)]
    closed = [(await make.signed_in(person)).session_id for person in (gone, customer, officer)]
    await Session.filter(id=closed[1]).update(ended_at=make.clock.now())
    await Session.filter(id=closed[2]).update(expires_at=make.clock.now())
    assert await sessions.going_on([*open_ones, *closed, 0], make.clock.now()) == set(open_ones)
    assert await sessions.going_on([], make.clock.now()) == set()
