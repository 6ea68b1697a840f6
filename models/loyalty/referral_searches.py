"""What referrals are found by, written in SQL."""

from models.database.handwritten import Statement

_KINDS = {
    **dict.fromkeys(("id", "after", "count", "friend", "referrer"), "bigint"),
    **dict.fromkeys(("today", "since"), "date"),
}

IS_ABOVE = Statement(
    "referral",
    """
    WITH RECURSIVE above (customer_id) AS (
      SELECT referral_code.customer_id FROM referral JOIN referral_code ON referral_code.id = referral.code_id
      WHERE referral.customer_id = :referrer
      UNION
      SELECT referral_code.customer_id FROM above JOIN referral ON referral.customer_id = above.customer_id
      JOIN referral_code ON referral_code.id = referral.code_id
    )
    SELECT 1 AS found FROM above WHERE customer_id = :friend
    """,
    _KINDS,
)
"""Found where the friend has brought the referrer, or whoever brought him, and so on up."""

SHARED = Statement(
    "referral",
    """
    WITH device AS (
      SELECT customer_id, device_index FROM session WHERE customer_id IN (:friend, :referrer)
      UNION SELECT customer_id, device_index FROM push_address WHERE customer_id IN (:friend, :referrer)
    )
    SELECT
      EXISTS (SELECT 1 FROM device AS own JOIN device AS other ON other.device_index = own.device_index
        WHERE own.customer_id = :friend AND other.customer_id = :referrer) AS shares_device,
      EXISTS (SELECT 1 FROM bank_account AS own JOIN bank_account AS other ON other.number_index = own.number_index
        WHERE own.customer_id = :friend AND other.customer_id = :referrer) AS shares_account,
      EXISTS (SELECT 1 FROM relationship WHERE customer_id = :friend AND relative_id = :referrer
        AND kind = 'FAMILY' AND is_active) AS is_family,
      EXISTS (SELECT 1 FROM relationship WHERE customer_id = :friend AND relative_id = :referrer
        AND kind = 'EMPLOYER' AND is_active) AS is_employer,
      EXISTS (SELECT 1 FROM loan_party AS own JOIN loan_party AS other ON other.loan_id = own.loan_id
        WHERE own.customer_id = :friend AND other.customer_id = :referrer)
      OR EXISTS (SELECT 1 FROM application_party AS party JOIN application ON application.id = party.application_id
        WHERE party.is_active AND party.customer_id IN (:friend, :referrer)
        AND application.customer_id IN (:friend, :referrer)) AS shares_loan
    """,
    _KINDS,
)
"""What two customers have in common."""

_PAID_ON_TIME = """EXISTS (
      SELECT 1 FROM loan JOIN installment ON installment.loan_id = loan.id
      WHERE loan.customer_id = referral.customer_id AND loan.status <> 'CANCELLED' AND NOT installment.is_open
      AND installment.paid_on <= installment.due_on AND installment.due_on < :today
      AND installment.principal + installment.interest > 0)"""
"""An installment whose due day has passed was paid by then, of a loan that was not undone."""


def _those(condition: str) -> Statement:
    return Statement(
        "referral",
        f"""
        SELECT referral.id FROM referral JOIN referral_programme AS programme ON programme.id = referral.programme_id
        WHERE referral.id > :after AND {condition} ORDER BY referral.id LIMIT :count
        """,  # noqa: S608  Conditions of ours.
        _KINDS,
    )


QUALIFYING = _those(
    f"referral.status = 'INVITED' AND referral.fixed_at IS NOT NULL AND programme.policy = 'LINKED' AND {_PAID_ON_TIME}"
)
UNDONE = _those(f"referral.status = 'QUALIFIED' AND programme.policy = 'LINKED' AND NOT {_PAID_ON_TIME}")
DUE = _those("referral.status = 'QUALIFIED' AND referral.pays_on <= :today")
TO_TAKE_BACK = _those(
    "referral.status = 'REWARDED' AND referral.pays_on >= :since AND programme.policy = 'LINKED'"
    f" AND NOT {_PAID_ON_TIME}"
)
PAID_ON_TIME = Statement(
    "referral",
    f"SELECT 1 AS found FROM referral WHERE id = :id AND {_PAID_ON_TIME}",  # noqa: S608  A condition of ours.
    _KINDS,
)
"""Of one."""
