"""Passwords are hashed slowly, and as slowly for a login that nobody has."""

from dataclasses import replace

import pytest
from argon2 import PasswordHasher, extract_parameters

import resolvers
from resolvers import ResolverSettings
from resolvers.people.passwords import hash_password, prove_password
from rules.people.sign_in import SignInFailed
from tests import make
from tests.configured import QUICK

PASSWORD = "correct horse battery"


class Counting(PasswordHasher):
    """Counts what was compared, by the cost of it."""

    def __init__(self) -> None:
        super().__init__(QUICK.time_cost, QUICK.memory_cost, QUICK.parallelism)
        self.costs: list[object] = []

    def verify(self, hash, password):
        self.costs.append(extract_parameters(hash))
        return super().verify(hash, password)


def test_hashes_are_slow_where_nobody_says_otherwise():
    given = resolvers.configured()
    named = (
        "token_keys",
        "token_key_id",
        "token_issuer",
        "token_audience",
        "send_code",
        "send_email_code",
        "payment_provider",
        "files",
    )
    resolvers.configure(ResolverSettings(**{name: getattr(given, name) for name in named}))
    cost = extract_parameters(hash_password(PASSWORD))
    assert (cost.type.name, cost.memory_cost >= 65536, cost.time_cost >= 3) == ("ID", True, True)


async def test_a_login_that_nobody_has_costs_as_much_as_one_that_somebody_has(db):
    hasher = Counting()
    resolvers.configure(replace(resolvers.configured(), password_hasher=hasher))
    await make.staff(login="zhang", password_hash=hash_password(PASSWORD))
    for login in ("zhang", "nobody"):
        with pytest.raises(SignInFailed):
            await prove_password(make.visitor(), login, "wrong")
    assert len(hasher.costs) == 2
    assert hasher.costs[0] == hasher.costs[1]
