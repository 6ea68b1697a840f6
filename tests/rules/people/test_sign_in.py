from dataclasses import fields
from datetime import timedelta

from rules.people.sign_in import (
    CODE_DIGITS,
    CODE_LIFETIME,
    CODE_REQUESTS_PER_ADDRESS_AND_HOUR,
    CODE_REQUESTS_PER_PHONE_AND_HOUR,
    CODE_TRIES,
    TRIES_PER_ADDRESS_AND_HOUR,
    TRIES_PER_PERSON_AND_HOUR,
    SignInFailed,
    TooManyAttempts,
)


def test_a_code_has_six_digits_holds_five_minutes_and_takes_five_tries():
    assert (6, timedelta(minutes=5), 5) == (CODE_DIGITS, CODE_LIFETIME, CODE_TRIES)


def test_guessing_for_a_year_at_the_limit_finds_a_code_less_than_once_in_five():
    guesses = min(TRIES_PER_PERSON_AND_HOUR, CODE_REQUESTS_PER_PHONE_AND_HOUR * CODE_TRIES) * 24 * 365
    assert guesses < 10**CODE_DIGITS / 5


def test_a_shared_address_may_try_more_than_one_person():
    assert CODE_REQUESTS_PER_ADDRESS_AND_HOUR > CODE_REQUESTS_PER_PHONE_AND_HOUR
    assert TRIES_PER_ADDRESS_AND_HOUR > TRIES_PER_PERSON_AND_HOUR


def test_a_failed_sign_in_tells_nothing():
    assert fields(SignInFailed) == ()
    assert SignInFailed.path == ()


def test_too_many_attempts_tell_how_long_to_wait():
    assert TooManyAttempts(retry_after=90).retry_after == 90
