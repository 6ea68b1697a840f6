"""Secrets at rest: readable with the key, and in their own column, only."""

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

import models
from models import Secret, SecretKeys, blind_index
from tests.conftest import KEYS


@pytest.fixture(autouse=True)
def configured_keys():
    models.configure(KEYS)


@given(st.text(max_size=200))
def test_what_was_sealed_can_be_read(text):
    models.configure(KEYS)
    sealed = Secret(text).sealed("customer.phone")
    assert Secret.from_sealed(sealed, "customer.phone").read() == text


def test_a_value_moved_to_another_column_cannot_be_read():
    sealed = Secret("+8613800001234").sealed("customer.phone")
    with pytest.raises(InvalidTag):
        Secret.from_sealed(sealed, "bank_account.number").read()


def test_a_value_tampered_with_cannot_be_read():
    sealed = Secret("+8613800001234").sealed("customer.phone")
    end = "A" if sealed[-5] != "A" else "B"
    with pytest.raises(InvalidTag):
        Secret.from_sealed(sealed[:-5] + end + sealed[-4:], "customer.phone").read()


def test_the_same_text_is_sealed_differently_each_time():
    assert Secret("same").sealed("a") != Secret("same").sealed("a")


def test_a_new_key_seals_and_an_old_one_still_reads():
    old = SecretKeys(KEYS.by_id, current="old", blind_index=KEYS.blind_index)
    models.configure(old)
    sealed = Secret("text").sealed("customer.phone")
    assert sealed.startswith("old:")
    models.configure(KEYS)
    assert Secret.from_sealed(sealed, "customer.phone").read() == "text"
    assert Secret("text").sealed("customer.phone").startswith("new:")


def test_a_secret_does_not_show_itself():
    secret = Secret("13800001234")
    assert "1380" not in f"{secret} {secret!r} {[secret]}"


def test_a_blind_index_is_the_same_for_the_same_text_under_the_same_key_only():
    assert blind_index("13800001234") == blind_index("13800001234") != blind_index("13800001235")
    before = blind_index("13800001234")
    models.configure(SecretKeys(KEYS.by_id, current="new", blind_index=b"x" * 32))
    assert blind_index("13800001234") != before


@pytest.mark.parametrize("keys", [{"a": b"short"}, {}])
def test_keys_that_cannot_work_are_refused(keys):
    with pytest.raises(AssertionError):
        SecretKeys(keys, current="a", blind_index=b"x" * 32)
