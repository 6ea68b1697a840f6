from datetime import UTC, datetime

from rules.loans.numbers import loan_number


def test_a_loan_has_a_number_to_read_aloud():
    assert loan_number(123, datetime(2026, 3, 16, tzinfo=UTC)) == "L-2026-000123"
    assert loan_number(12345678, datetime(2027, 1, 1, tzinfo=UTC)) == "L-2027-12345678"
