"""What is kept twice of levels and discounts."""

from jobs.checks import Check

TIERS = (
    Check(
        "points account {id}: its level is not that of the membership that is open",
        """SELECT account.id FROM points_account AS account JOIN tier_membership
           ON tier_membership.customer_id = account.customer_id AND tier_membership.ended_on IS NULL
           WHERE tier_membership.tier_id <> account.tier_id""",
    ),
    Check(
        "loan {id}: a discount of {bp} basis points is not what it was signed with",
        """SELECT loan.id, loan.rate_discount_bp AS bp FROM loan LEFT JOIN loan_discount
           ON loan_discount.loan_id = loan.id AND loan_discount.is_signed
           WHERE loan.rate_discount_bp <> COALESCE(loan_discount.basis_points, 0)""",
    ),
    Check(
        "loan {id}: waiving {percent} percent of its fees is not what its offer said",
        """SELECT loan.id, loan.fee_waiver_percent AS percent FROM loan JOIN contract ON contract.id = loan.contract_id
           JOIN offer ON offer.application_id = contract.application_id AND offer.is_current
           WHERE loan.fee_waiver_percent <> offer.fee_waiver_percent""",
    ),
)
