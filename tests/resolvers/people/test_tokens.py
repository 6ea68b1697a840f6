from dataclasses import replace
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import resolvers
from resolvers import configured
from resolvers.people import tokens
from resolvers.people.tokens import TokenInvalid

NOW = datetime(2026, 3, 16, 2, 0, tzinfo=UTC)


def forged(*, key=None, algorithm="EdDSA", headers=None, drop=(), **claims) -> str:
    """A token like ours, but for what a test changes."""
    honest = {
        "iss": "goodterms",
        "aud": "goodterms-api",
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 600,
        "sid": "7",
    }
    body = {name: value for name, value in (honest | claims).items() if name not in drop}
    key = configured().token_keys["now"] if key is None else key
    return jwt.encode(body, key, algorithm, headers=headers or {"kid": "now"})


def test_a_token_leads_back_to_its_session_for_ten_minutes():
    token, expires_at = tokens.issue(7, NOW)
    assert expires_at == NOW + timedelta(minutes=10)
    assert tokens.verify(token, NOW) == 7
    assert tokens.verify(token, expires_at - timedelta(seconds=1)) == 7
    with pytest.raises(TokenInvalid):
        tokens.verify(token, expires_at)


def test_what_the_forgers_start_from_is_a_good_token():
    assert tokens.verify(forged(), NOW) == 7


def test_a_token_signed_with_an_older_key_holds_until_the_key_is_dropped():
    token = forged(key=configured().token_keys["before"], headers={"kid": "before"})
    assert tokens.verify(token, NOW) == 7
    keys = {"now": configured().token_keys["now"]}
    resolvers.configure(replace(configured(), token_keys=keys))
    with pytest.raises(TokenInvalid):
        tokens.verify(token, NOW)


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "somebody"},
        {"aud": "elsewhere"},
        {"aud": ["elsewhere"]},
        {"exp": int(NOW.timestamp())},
        {"exp": "tomorrow"},
        {"exp": None},
        {"sid": "seven"},
        {"sid": None},
        {"sid": {}},
        {"headers": {"kid": "unknown"}},
        {"headers": {"kid": "before"}},
        {"headers": {"typ": "JWT"}},
        {"drop": ("exp",)},
        {"drop": ("sid",)},
        {"drop": ("aud",)},
        {"drop": ("iss",)},
        {"key": Ed25519PrivateKey.generate()},
    ],
)
def test_a_token_that_is_not_ours_is_refused(changed):
    with pytest.raises(TokenInvalid):
        tokens.verify(forged(**changed), NOW)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "....", "e30.e30.", "\ud800", "é.é.é", "A" * 10_000])
def test_what_is_no_token_is_refused(token):
    with pytest.raises(TokenInvalid):
        tokens.verify(token, NOW)


def test_a_token_cannot_choose_its_algorithm():
    unsigned = forged(key="", algorithm="none")
    with pytest.raises(TokenInvalid):
        tokens.verify(unsigned, NOW)
    public = configured().token_keys["now"].public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    signed_with_what_everybody_knows = forged(key=public, algorithm="HS256")
    with pytest.raises(TokenInvalid):
        tokens.verify(signed_with_what_everybody_knows, NOW)


def test_a_token_in_use_is_remembered_and_still_ends_in_time():
    token, expires_at = tokens.issue(7, NOW)
    assert tokens.verify(token, NOW) == 7
    assert tokens._digest(token) in tokens._verified
    with pytest.raises(TokenInvalid):
        tokens.verify(token, expires_at)
    assert tokens._digest(token) not in tokens._verified


def test_a_remembered_token_says_nothing_for_a_changed_one():
    token, _ = tokens.issue(7, NOW)
    tokens.verify(token, NOW)
    head, body, signature = token.split(".")
    for forged_token in (f"{head}.{body}.", f"{head}.{body}.{signature[::-1]}", f"{head}.{body}A.{signature}"):
        with pytest.raises(TokenInvalid):
            tokens.verify(forged_token, NOW)


def test_a_key_that_is_retired_takes_the_remembered_tokens_along():
    token, _ = tokens.issue(7, NOW)
    tokens.verify(token, NOW)
    new = Ed25519PrivateKey.generate()
    resolvers.configure(replace(configured(), token_keys={"next": new}, token_key_id="next"))
    with pytest.raises(TokenInvalid):
        tokens.verify(token, NOW)


def test_a_new_key_signs_under_its_own_name_while_the_old_ones_tokens_hold():
    old, _ = tokens.issue(7, NOW)
    keys = {**configured().token_keys, "next": Ed25519PrivateKey.generate()}
    resolvers.configure(replace(configured(), token_keys=keys, token_key_id="next"))
    new, _ = tokens.issue(8, NOW)
    assert [jwt.get_unverified_header(token)["kid"] for token in (old, new)] == ["now", "next"]
    assert [tokens.verify(token, NOW) for token in (old, new)] == [7, 8]


def test_no_more_tokens_are_remembered_than_there_is_room_for(monkeypatch):
    monkeypatch.setattr(tokens, "MOST_REMEMBERED", 3)
    issued = [tokens.issue(number, NOW)[0] for number in range(1, 9)]
    assert [tokens.verify(token, NOW) for token in issued] == list(range(1, 9))
    assert len(tokens._verified) == 3
    assert [tokens.verify(token, NOW) for token in issued] == list(range(1, 9))


@pytest.mark.parametrize("token", ["x", "a.b.c", "A" * 10_000])
def test_what_is_no_token_is_not_remembered(token):
    before = set(tokens._verified)
    with pytest.raises(TokenInvalid):
        tokens.verify(token, NOW)
    assert set(tokens._verified) == before
