"""Which discounts customers can have on products, written in SQL for both databases: see `models.database.handwritten`."""

from models.database.handwritten import Rows, Statement

POINTS_PERCENT = "CASE WHEN points_account.perks_suspended_on IS NULL THEN tier.points_percent ELSE 100 END"
"""What a customer's level makes of a rule's points now: who is long overdue gets them once."""
ASKED = Rows("asked", (("customer_id", "bigint"), ("product_id", "bigint")))
GRANTS = Statement(
    "granted",
    """
    SELECT asked.customer_id, asked.product_id, rate_discount_policy.id AS policy_id, rate_discount_policy.floor,
      rate_discount_policy.id IS NOT NULL AND (rate_discount_policy.ends_on IS NULL OR rate_discount_policy.ends_on >= :today)
        AND (rate_discount_policy.budget IS NULL OR rate_discount_policy.budget > COALESCE((
          SELECT SUM(loan_discount.forgone) FROM loan_discount
          WHERE loan_discount.policy_id = rate_discount_policy.id), 0)) AS holds,
      rate_discount_policy.raises_at_repricing, tier.id AS tier_id, tier.name_zh, tier.name_en,
      CASE WHEN points_account.perks_suspended_on IS NULL THEN tier.rate_discount_bp ELSE 0 END AS tier_bp,
      CASE WHEN points_account.perks_suspended_on IS NULL THEN tier.fee_waiver_percent ELSE 0 END AS fee_waiver_percent,
      rate_discount.id AS rate_discount_id, rate_discount.basis_points
    FROM {asked} LEFT JOIN rate_discount_policy ON rate_discount_policy.product_id = asked.product_id
      AND rate_discount_policy.status = 'APPROVED' AND rate_discount_policy.valid_from <= :today
    JOIN points_account ON points_account.customer_id = asked.customer_id
    JOIN tier ON tier.id = points_account.tier_id
    LEFT JOIN rate_discount ON rate_discount.customer_id = asked.customer_id
      AND rate_discount.status = 'APPROVED' AND rate_discount.ends_on >= :today
    ORDER BY rate_discount_policy.valid_from DESC, rate_discount.basis_points DESC
    """,
    {"today": "date"},
    (ASKED,),
)
"""The newest policy first, and with it the largest discount given by hand; without a policy what its level waives alone."""
REPRICED = Statement(
    "repriced",
    """
    SELECT loan.id, loan.customer_id, loan.currency, loan.opened_on, product_version.product_id,
      product_version.repricing, product_version.reference_rate, product_version.spread_bp
    FROM loan JOIN product_version ON product_version.id = loan.product_version_id
    WHERE loan.next_action_on <= :today AND loan.id > :after AND loan.status = 'ACTIVE'
      AND product_version.repricing IS NOT NULL
      AND EXISTS (SELECT 1 FROM rate_discount_policy
                  WHERE rate_discount_policy.product_id = product_version.product_id
                    AND rate_discount_policy.status = 'APPROVED' AND rate_discount_policy.raises_at_repricing)
    ORDER BY loan.id LIMIT :batch
    """,
    {"today": "date", "after": "bigint", "batch": "bigint"},
)
"""The next loans with a floating rate for which the day has something to do, and whose discount can be raised."""
