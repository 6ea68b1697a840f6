from datetime import date

import pytest

from rules.applications.disclosures import (
    AlreadySigned,
    DisclosureNotAcknowledged,
    IdentityMissing,
    OfferExpired,
)


def test_an_expired_offer_tells_its_last_day():
    assert OfferExpired(date(2026, 4, 15)).expired_on == date(2026, 4, 15)


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        (DisclosureNotAcknowledged, "DISCLOSURE_NOT_ACKNOWLEDGED"),
        (IdentityMissing, "IDENTITY_MISSING"),
        (AlreadySigned, "ALREADY_SIGNED"),
    ],
)
def test_what_is_missing_has_a_code_apps_can_branch_on(refusal, code):
    assert refusal().code == code
