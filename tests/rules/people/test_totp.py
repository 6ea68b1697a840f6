"""Codes by the time, against the examples of RFC 6238."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from rules.people.totp import enrolment_uri, matching_step

SECRET = base64.b32encode(b"12345678901234567890").decode()
"""Of RFC 6238, appendix B; its codes of eight digits end in ours of six."""


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_the_codes_are_those_of_the_rfc(seconds, code):
    assert matching_step(SECRET, code, datetime.fromtimestamp(seconds, UTC)) == seconds // 30


def test_a_phones_clock_may_be_one_step_wrong_and_no_more():
    right = datetime.fromtimestamp(1234567890, UTC)
    for steps in (-1, 0, 1):
        assert matching_step(SECRET, "005924", right + timedelta(seconds=30 * steps)) == 1234567890 // 30
    for steps in (-2, 2):
        assert matching_step(SECRET, "005924", right + timedelta(seconds=30 * steps)) is None


@pytest.mark.parametrize("code", ["", "5924", "00592４", "005924 ", "0059240", "005925", "\ud7ff"])
def test_what_is_not_the_code_matches_nothing(code):
    assert matching_step(SECRET, code, datetime.fromtimestamp(1234567890, UTC)) is None


def test_an_app_learns_lender_login_and_secret():
    assert enrolment_uri(SECRET, "li.ming", "好信 Bank") == (
        f"otpauth://totp/%E5%A5%BD%E4%BF%A1%20Bank:li.ming?secret={SECRET}&issuer=%E5%A5%BD%E4%BF%A1%20Bank"
    )
