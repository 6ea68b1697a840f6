from datetime import UTC, datetime

from rules.applications.numbers import application_number


def test_an_application_has_a_number_to_read_aloud():
    assert application_number(45, datetime(2026, 3, 16, tzinfo=UTC)) == "A-2026-000045"
    assert application_number(12345678, datetime(2027, 1, 1, tzinfo=UTC)) == "A-2027-12345678"
