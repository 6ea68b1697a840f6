"""Who reached something on a day: found by what happened, then written down once each, some at a time.

Two statements rather than one: the first finds few by an index, the second looks at each of them closely.
"""

from dataclasses import dataclass

from models.database.handwritten import Rows, Statement
from models.notifications import offers
from rules.loyalty.milestones import MilestoneKind
from rules.notifications.classes import MessageChannel

_KINDS = {
    **offers.KINDS,
    "now": "timestamptz",
    **dict.fromkeys(("today", "booked_since", "paid_since"), "date"),
}
_DAYS = Rows("days", (("years", "bigint"), ("day", "date"), ("begins_at", "timestamptz"), ("ends_at", "timestamptz")))
FOUND = {
    MilestoneKind.ANNIVERSARY: Statement(
        "found",
        """
        SELECT customer.id AS customer_id, days.years AS subject FROM {days}
        JOIN customer ON customer.created_at >= days.begins_at AND customer.created_at < days.ends_at
        """,
        _KINDS,
        (_DAYS,),
    ),
    MilestoneKind.LOAN_PAID_OFF: Statement(
        "found",
        """
        SELECT DISTINCT loan.customer_id, loan.id AS subject FROM entry JOIN loan ON loan.id = entry.loan_id
        WHERE entry.booked_on >= :booked_since AND loan.status = 'CLOSED'
        """,
        _KINDS,
    ),
    MilestoneKind.FIRST_YEAR_ON_TIME: Statement(
        "found",
        """
        SELECT loan.customer_id, loan.id AS subject FROM {days} JOIN loan ON loan.opened_on = days.day
        WHERE days.years = 1 AND loan.status = 'ACTIVE'
        """,
        _KINDS,
        (_DAYS,),
    ),
}
"""By kind: finds who may have reached it."""

_MET = Rows("met", (("customer_id", "bigint"), ("subject", "bigint")))
_MAY_BE_TOLD = f"""
    NOT customer.is_restricted AND NOT {offers.RESTRICTED}
    AND NOT EXISTS (SELECT 1 FROM hardship_request JOIN loan AS helped ON helped.id = hardship_request.loan_id
      WHERE hardship_request.status = 'AGREED' AND helped.is_open AND hardship_request.customer_id = customer.id)
    AND NOT EXISTS (SELECT 1 FROM hardship_request JOIN loan AS helped ON helped.id = hardship_request.loan_id
      WHERE hardship_request.status = 'AGREED' AND helped.is_open AND hardship_request.asked_by_id = customer.id)
"""  # noqa: S608  Names of ours.
"""Nobody is congratulated while something is overdue or written off, while help is asked for or given, or behind a restricted file."""


def _write(kind: MilestoneKind, years: str, loan: str, holds: str) -> Statement:
    return Statement(
        "milestone",
        f"""
        INSERT INTO milestone (created_at, customer_id, kind, subject, years, loan_id, reached_on)
        SELECT :now, customer.id, '{kind}', met.subject, {years}, {loan}, :today
        FROM {{met}} JOIN customer ON customer.id = met.customer_id
        WHERE {holds} AND {_MAY_BE_TOLD}
        ORDER BY customer.id, met.subject
        ON CONFLICT (customer_id, kind, subject) DO NOTHING RETURNING id, customer_id, years, loan_id
        """,  # noqa: S608
        _KINDS,
        (_MET,),
    )


WRITE = {
    MilestoneKind.ANNIVERSARY: _write(MilestoneKind.ANNIVERSARY, "met.subject", "NULL", "TRUE"),
    MilestoneKind.LOAN_PAID_OFF: _write(
        MilestoneKind.LOAN_PAID_OFF,
        "NULL",
        "met.subject",
        """EXISTS (SELECT 1 FROM installment WHERE installment.loan_id = met.subject
          AND installment.paid_on >= :paid_since)
        AND NOT EXISTS (SELECT 1 FROM loan AS newer WHERE newer.refinances_id = met.subject AND newer.status <> 'CANCELLED')
        AND NOT EXISTS (SELECT 1 FROM loan_event WHERE loan_event.loan_id = met.subject AND loan_event.kind = 'WRITE_OFF')""",
    ),
    MilestoneKind.FIRST_YEAR_ON_TIME: _write(
        MilestoneKind.FIRST_YEAR_ON_TIME,
        "NULL",
        "met.subject",
        """EXISTS (SELECT 1 FROM installment WHERE installment.loan_id = met.subject AND installment.due_on < :today)
        AND NOT EXISTS (SELECT 1 FROM installment WHERE installment.loan_id = met.subject
          AND installment.due_on < :today AND (installment.is_open OR installment.paid_on > installment.due_on))""",
    ),
}
"""By kind: writes down those of the found who reached it and are not known yet, and gives them."""

_IDS = Rows("ids", (("id", "bigint"),))
_WANTS = " OR ".join(
    f"""({offers.consented(repr(channel.value))} AND COALESCE((SELECT preference.is_on FROM preference
      WHERE preference.customer_id = customer.id AND preference.category = 'LOYALTY'
      AND preference.channel = '{channel.value}'), TRUE))"""  # noqa: S608
    for channel in MessageChannel
)
WANTED = Statement(
    "wanted",
    f"""
    SELECT customer.id FROM {{ids}} JOIN customer ON customer.id = ids.id WHERE {_WANTS}
    """,  # noqa: S608
    offers.KINDS,
    (_IDS,),
)
"""Of these customers, those who consented to be told of such things by some way, and have not switched it off."""


@dataclass(frozen=True)
class Reached:
    """A milestone that was just written down."""

    id: int
    customer_id: int
    years: int | None
    loan_id: int | None
