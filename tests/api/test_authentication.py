"""Who is asking, as far as HTTP says it."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import resolvers
from models import Customer, Session, Staff
from resolvers import ResolverSettings
from resolvers.documents.storage import Folder
from resolvers.payments.providers.sandbox import Sandbox
from resolvers.people import tokens
from rules.people.access import Role
from tests import make
from tests.api.served import NOON, post

ASK = {"query": "{ role locale }"}


@pytest.fixture(autouse=True)
def configured(tmp_path):
    async def send_nothing(*_: object) -> None: ...

    resolvers.configure(
        ResolverSettings(
            token_keys={"k1": Ed25519PrivateKey.generate()},
            token_key_id="k1",
            token_issuer="goodterms",
            token_audience="goodterms",
            send_code=send_nothing,
            send_email_code=send_nothing,
            payment_provider=Sandbox(),
            files=Folder(tmp_path),
        )
    )


async def token_of(person: Customer | Staff) -> str:
    viewer = await make.signed_in(person)
    return tokens.issue(viewer.session_id, NOON)[0]


def assert_unauthenticated(response):
    (error,) = response.json()["errors"]
    assert (response.status_code, error["extensions"]) == (401, {"code": "UNAUTHENTICATED"})
    assert response.headers["www-authenticate"] == "Bearer"
    assert "data" not in response.json()


async def test_who_shows_no_token_is_a_visitor():
    assert (await post({"query": "{ role }"})).json() == {"data": {"role": "VISITOR"}}


@pytest.mark.parametrize("header", ["Basic eDp5", "Bearer", "Bearer ", "eyJ", "", "Bearer  ", "Bearer garbage"])
@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
async def test_a_crooked_authorization_is_answered_with_401(header, accept):
    assert_unauthenticated(await post(ASK, headers={"Accept": accept, "Authorization": header}))


@pytest.mark.parametrize(
    ("header", "locale"),
    [("en", "en"), ("en-GB,en;q=0.9", "en"), ("zh-TW, en;q=0.5", "zh-CN"), ("fr", "zh-CN"), ("fr, en;q=0.1", "en")],
)
async def test_a_visitor_is_spoken_to_in_the_language_he_likes_best(header, locale):
    response = await post({"query": "{ locale }"}, headers={"Accept-Language": header})
    assert response.json() == {"data": {"locale": locale}}


async def test_a_token_says_who_asks_until_it_ends(db):
    token = await token_of(await make.customer(locale=None))
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
    assert (await post(ASK, headers=headers)).json() == {"data": {"role": "CUSTOMER", "locale": "en"}}
    make.clock.moment = NOON + timedelta(seconds=601)
    assert_unauthenticated(await post(ASK, headers=headers, clock=make.clock))


async def test_two_tokens_are_none(db):
    token = await token_of(await make.customer())
    header = ("Authorization", f"Bearer {token}")
    assert_unauthenticated(await post(ASK, headers=[header, header]))


async def test_a_session_that_ended_takes_its_tokens_along(db):
    headers = {"Authorization": f"Bearer {await token_of(await make.customer())}"}
    assert (await post(ASK, headers=headers)).status_code == 200
    await Session.all().update(ended_at=NOON)
    make.clock.moment += timedelta(seconds=5)
    assert_unauthenticated(await post(ASK, headers=headers, clock=make.clock))


async def test_staff_who_may_no_longer_sign_in_are_nobody_within_seconds(db):
    officer = await make.staff(role=Role.OFFICER)
    headers = {"Authorization": f"Bearer {await token_of(officer)}"}
    assert (await post(ASK, headers=headers)).json()["data"]["role"] == "OFFICER"
    await Staff.filter(id=officer.id).update(is_active=False)
    make.clock.moment += timedelta(seconds=5)
    assert_unauthenticated(await post(ASK, headers=headers, clock=make.clock))
