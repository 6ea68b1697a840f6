"""Replaying loans, written in SQL: what a loan's figures follow from, and the rows that they are kept in.

`models.loans.stored` reads what is loaded, `resolvers.loans.replays` works the figures out in between. Texts are for both databases: see
`models.database.handwritten`. A write is of one loan or of many at once.
"""

from models.database.handwritten import Rows, Statement
from models.loyalty.benefits import POINTS_PERCENT

KINDS = {
    **dict.fromkeys(("loan_id", "event_id", "repayment_id", "batch"), "bigint"),
    **dict.fromkeys(("today", "after"), "date"),
    "now": "timestamptz",
}
"""Every value that the statements name."""

_AMOUNTS = ("costs", "penalty", "interest", "principal")
_OWNER = (("loan_id", "bigint"), ("customer_id", "bigint"), ("currency", "text"))

INSTALLMENT = (
    *("number", "starts_on", "ends_on", "due_on", "principal", "interest", "costs", "penalty"),
    *("paid_principal", "paid_interest", "paid_costs", "paid_penalty", "is_open", "paid_on"),
)
"""What an installment's row says, in this order. Amounts are cents, days ISO text."""
ALLOCATION = ("event_number", "value_on", *_AMOUNTS, "excess")
"""What an allocation's row says."""
EVENT = (
    *("id", "kind", "value_on", "amount", "annual_rate", "effect", "periods", "due_day", "reverses_id", "repayment_id"),
    *("change_id", "pays_only"),
)
"""What an event's row says. Rates are millionths."""
STATEMENT = ("number", "due_on", *_AMOUNTS, "credit", "total")
"""What a statement's row says."""
FEE = ("kind", "rate", "amount", "until_months")
"""What is loaded of a fee."""
EARNING_RULE = (
    *(
        "id",
        "act",
        "points",
        "at_least",
        "pending_days",
        "lifetime_months",
        "cap_points",
        "cap_period",
        "is_qualifying",
    ),
    *("valid_from", "valid_to"),
)
"""What is loaded of a rule that was approved."""
_POINTS = ("id", "act", "installment_number", "kind", "qualifying")
_LOT = ("id", "earned", "expired", "state")


def _type(column: str) -> tuple[str, str]:
    if column.endswith("_on"):
        return column, "date"
    return column, "boolean" if column == "is_open" else "bigint"


def _columns(table: str, columns: tuple[str, ...]) -> str:
    return ", ".join(f'{table}."{column}"' for column in columns)


LINES = Rows("lines", (*_OWNER, *map(_type, INSTALLMENT)))
GONE_LINES = Rows("gone_lines", (("loan_id", "bigint"), ("number", "bigint")))
SPLITS = Rows("splits", (*_OWNER, ("repayment_id", "bigint"), *map(_type, ALLOCATION)))
GONE_SPLITS = Rows("gone_splits", (("loan_id", "bigint"), ("event_number", "bigint"), ("value_on", "date")))
STANDINGS = Rows(
    "standings",
    (
        *(("loan_id", "bigint"), ("principal", "bigint"), ("outstanding", "bigint"), ("credit", "bigint")),
        *(("current_rate", "bigint"), ("status", "text"), ("is_open", "boolean"), ("next_action_on", "date")),
        ("days_past_due", "bigint"),
    ),
)
ENTRIES = Rows("entries", (("source", "text"), ("loan_id", "bigint"), ("customer_id", "bigint")))
POSTINGS = Rows("postings", (("source", "text"), ("account_id", "bigint"), ("amount", "bigint"), ("currency", "text")))
STATED = Rows("stated", (*_OWNER, *map(_type, STATEMENT)))
CHANGES = Rows("changes", (*_OWNER, ("value_on", "date"), ("annual_rate", "bigint")))
TOLD = Rows("told", (("customer_id", "bigint"), ("kind", "text"), ("body", "text")))

STORED = f"""
      loan.id AS loan_id,
      product_version.*,
      (SELECT {{list}}({{array}}({_columns("fee", FEE)}))
       FROM fee WHERE fee.product_version_id = product_version.id) AS fees,
      (SELECT {{list}}({{array}}(special_day.day, special_day.kind)) FROM special_day
       WHERE product_version.holiday_rule <> 'NEVER') AS special_days,
      (SELECT {{list}}({{array}}(reference_rate.valid_from, reference_rate.annual_rate)) FROM reference_rate
       WHERE reference_rate.code = product_version.reference_rate) AS rate_points,
      CASE WHEN product_version.repricing IS NOT NULL THEN
        (SELECT {{list}}({{array}}(loan_discount.valid_from, loan_discount.basis_points, loan_discount.floor))
         FROM loan_discount WHERE loan_discount.loan_id = loan.id) END AS discounts,
      (SELECT disbursement.amount + disbursement.fees + disbursement.settled FROM disbursement
       WHERE disbursement.loan_id = loan.id) AS borrowed,
      (SELECT MAX(loan_statement.due_on) FROM loan_statement WHERE loan_statement.loan_id = loan.id) AS stated_on,
      (SELECT {{list}}({{array}}({_columns("loan_event", EVENT)}))
       FROM loan_event WHERE loan_event.loan_id = loan.id) AS events,
      (SELECT {{list}}({{array}}({_columns("installment", INSTALLMENT)}))
       FROM installment WHERE installment.loan_id = loan.id) AS installments,
      (SELECT {{list}}({{array}}({_columns("allocation", ALLOCATION)}))
       FROM allocation WHERE allocation.loan_id = loan.id) AS allocations,
      (SELECT {{object}}(balance.code, balance.cents) FROM (
         SELECT account.code, SUM(posting.amount) AS cents FROM entry JOIN posting ON posting.entry_id = entry.id
         JOIN account ON account.id = posting.account_id WHERE entry.loan_id = loan.id GROUP BY account.code
       ) AS balance) AS balances,
      (SELECT {{list}}({{array}}({_columns("points_entry", _POINTS)}, earning_rule.at_least, {_columns("point_lot", _LOT)}))
       FROM points_entry LEFT JOIN earning_rule ON earning_rule.id = points_entry.rule_id
       LEFT JOIN point_lot ON point_lot.entry_id = points_entry.id WHERE points_entry.loan_id = loan.id) AS points,
      (SELECT {{list}}({{array}}({_columns("earning_rule", EARNING_RULE)}))
       FROM earning_rule WHERE earning_rule.status = 'APPROVED') AS earning_rules,
      (SELECT {{object}}(capped.act, capped.points) FROM (
         SELECT earning_rule.act, CAST(SUM(points_entry.points) AS BIGINT) AS points
         FROM earning_rule JOIN accounting_day ON accounting_day.is_open
         JOIN points_entry ON points_entry.act = earning_rule.act AND points_entry.customer_id = loan.customer_id
           AND points_entry.kind IN ('EARNED', 'TAKEN_BACK')
           AND SUBSTR(CAST(points_entry.booked_on AS TEXT), 1, CASE earning_rule.cap_period WHEN 'MONTH' THEN 7 ELSE 4 END)
             = SUBSTR(CAST(accounting_day."on" AS TEXT), 1, CASE earning_rule.cap_period WHEN 'MONTH' THEN 7 ELSE 4 END)
         WHERE earning_rule.status = 'APPROVED' AND earning_rule.cap_period IS NOT NULL
           AND earning_rule.valid_from <= accounting_day."on"
           AND (earning_rule.valid_to IS NULL OR earning_rule.valid_to > accounting_day."on")
         GROUP BY earning_rule.act) AS capped) AS points_used,
      (SELECT {POINTS_PERCENT} FROM points_account JOIN tier ON tier.id = points_account.tier_id
       WHERE points_account.customer_id = loan.customer_id) AS points_percent,
      (SELECT {{object}}(account.code, account.id) FROM account WHERE account.currency = loan.currency) AS accounts
"""  # noqa: S608  Names of ours.
"""All that a loan's figures follow from, and how they are kept now."""

LOAD = Statement(
    "loaded",
    f"""
    SELECT {STORED}
    FROM loan JOIN product_version ON product_version.id = loan.product_version_id WHERE loan.id = :loan_id
    """,  # noqa: S608
    KINDS,
)
"""One loan's."""
LOCK_DUE = Statement(
    "loan",
    """
    SELECT loan.* FROM loan JOIN points_account ON points_account.customer_id = loan.customer_id
    WHERE loan.next_action_on <= :today AND (loan.next_action_on, loan.id) > (:after, :loan_id)
    ORDER BY loan.next_action_on, loan.id LIMIT :batch {lock}
    """,
    KINDS,
)
"""The loans for which time has something to do, after the one that a pass has come to, locked with their owners' points."""
LOCK_ONE = Statement(
    "loan",
    """
    SELECT loan.* FROM loan JOIN points_account ON points_account.customer_id = loan.customer_id
    WHERE loan.id = :loan_id {lock}
    """,
    KINDS,
)
"""A loan and its owner's points, locked, whoever asks."""
NEXT = Statement(
    "loan",
    "SELECT loan.* FROM loan WHERE loan.id > :loan_id AND loan.opened_on IS NOT NULL ORDER BY loan.id LIMIT :batch",
    KINDS,
)
"""The loans that were paid out, one after the other."""
CHOSEN = Rows("chosen", (("loan_id", "bigint"),))
SOME = Statement(
    "loan", "SELECT loan.* FROM loan WHERE loan.id IN (SELECT chosen.loan_id FROM {chosen})", KINDS, (CHOSEN,)
)
"""Some of them."""
LOAD_CHOSEN = Statement(
    "loaded",
    f"""
    SELECT {STORED}
    FROM loan JOIN product_version ON product_version.id = loan.product_version_id
    WHERE loan.id IN (SELECT chosen.loan_id FROM {{chosen}})
    """,  # noqa: S608
    KINDS,
    (CHOSEN,),
)
"""Those of many."""

RATE_CHANGES = Statement(
    "rate_change",  # One statement writes the event of a payment beside them, under its own name.
    """
    INSERT INTO loan_event (created_at, loan_id, customer_id, kind, value_on, currency, amount, annual_rate, effect,
                            periods, due_day, reverses_id, repayment_id, change_id, payout_id, pays_only)
    SELECT :now, changes.loan_id, changes.customer_id, 'RATE_CHANGE', changes.value_on, changes.currency, NULL,
           changes.annual_rate, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM {changes}
    """,
    KINDS,
    (CHANGES,),
)
_KEPT = [column for column in INSTALLMENT if column != "number"]
INSTALLMENTS = Statement(
    "installment",
    f"""
    INSERT INTO installment (created_at, loan_id, customer_id, currency, {", ".join(INSTALLMENT)})
    SELECT :now, lines.loan_id, lines.customer_id, lines.currency, {_columns("lines", INSTALLMENT)}
    FROM {{lines}} WHERE true
    ON CONFLICT (loan_id, number) DO UPDATE SET {", ".join(f"{column} = excluded.{column}" for column in _KEPT)}
    """,  # noqa: S608
    KINDS,
    (LINES,),
)
NO_INSTALLMENTS = Statement(
    "no_installment",
    """
    DELETE FROM installment
    WHERE (loan_id, number) IN (SELECT gone_lines.loan_id, gone_lines.number FROM {gone_lines})
    """,
    KINDS,
    (GONE_LINES,),
)
ALLOCATIONS = Statement(
    "allocation",
    """
    INSERT INTO allocation (created_at, loan_id, customer_id, currency, repayment_id, event_number, value_on, costs,
                            penalty, interest, principal, excess)
    SELECT :now, splits.loan_id, splits.customer_id, splits.currency,
           CASE WHEN splits.event_number IS NULL THEN :repayment_id ELSE splits.repayment_id END,
           COALESCE(splits.event_number, :event_id), splits.value_on, splits.costs,
           splits.penalty, splits.interest, splits.principal, splits.excess
    FROM {splits} WHERE true
    ON CONFLICT (loan_id, event_number, value_on) DO UPDATE SET
      costs = excluded.costs, penalty = excluded.penalty, interest = excluded.interest,
      principal = excluded.principal, excess = excluded.excess
    """,
    KINDS,
    (SPLITS,),
)
NO_ALLOCATIONS = Statement(
    "no_allocation",
    """
    DELETE FROM allocation WHERE (loan_id, event_number, value_on) IN (
      SELECT gone_splits.loan_id, gone_splits.event_number, gone_splits.value_on FROM {gone_splits})
    """,
    KINDS,
    (GONE_SPLITS,),
)
STATEMENTS = Statement(
    "loan_statement",
    f"""
    INSERT INTO loan_statement (created_at, loan_id, customer_id, currency, issued_on, {", ".join(STATEMENT)})
    SELECT :now, stated.loan_id, stated.customer_id, stated.currency, :today, {_columns("stated", STATEMENT)}
    FROM {{stated}} WHERE true
    ON CONFLICT (loan_id, due_on) DO NOTHING
    """,  # noqa: S608
    KINDS,
    (STATED,),
)
LOANS = Statement(
    "loan",
    """
    UPDATE loan SET principal = standings.principal, outstanding = standings.outstanding, credit = standings.credit,
      current_rate = standings.current_rate, status = standings.status, is_open = standings.is_open,
      next_action_on = standings.next_action_on, days_past_due = standings.days_past_due
    FROM {standings} WHERE loan.id = standings.loan_id
    """,
    KINDS,
    (STANDINGS,),
)
BOOKED = Statement(
    "entry",
    """
    INSERT INTO entry (created_at, booked_on, source, customer_number, loan_id)
    SELECT :now, :today, COALESCE(entries.source, 'Repayment:' || :repayment_id, 'LoanEvent:' || :event_id),
           entries.customer_id, entries.loan_id
    FROM {entries}
    RETURNING id, source
    """,
    KINDS,
    (ENTRIES,),
)
BOOKED_POSTINGS = Statement(
    "posting",
    """
    INSERT INTO posting (created_at, entry_id, account_id, amount, currency)
    SELECT :now, entry.id, postings.account_id, postings.amount, postings.currency
    FROM {postings} JOIN entry
    ON entry.source = COALESCE(postings.source, 'Repayment:' || :repayment_id, 'LoanEvent:' || :event_id)
    """,
    KINDS,
    (POSTINGS,),
)
OUTBOX = Statement(
    "outbox_event",
    """
    INSERT INTO outbox_event (created_at, kind, body, customer_id, delivered_at, leased_until, tries, once_key)
    SELECT :now, told.kind, told.body, told.customer_id, NULL, NULL, 0, NULL FROM {told}
    """,
    KINDS,
    (TOLD,),
)
