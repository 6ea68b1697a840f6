"""Who reached something on a day, as statements that write it down once each, some at a time."""

from dataclasses import dataclass

from models.database.handwritten import Rows, Statement
from models.notifications import offers
from rules.loyalty.milestones import MilestoneKind
from rules.notifications.classes import MessageChannel

_KINDS = {
    **offers.KINDS,
    "now": "timestamptz",
    **dict.fromkeys(("today", "booked_since", "paid_since"), "date"),
    "most": "bigint",
}
_DAYS = Rows("days", (("years", "bigint"), ("day", "date"), ("begins_at", "timestamptz"), ("ends_at", "timestamptz")))
_MAY_BE_TOLD = f"""
    NOT customer.is_restricted AND NOT {offers.RESTRICTED}
    AND NOT EXISTS (SELECT 1 FROM hardship_request JOIN loan AS helped ON helped.id = hardship_request.loan_id
      WHERE hardship_request.status = 'AGREED' AND helped.is_open
      AND (hardship_request.asked_by_id = customer.id OR hardship_request.customer_id = customer.id))
"""  # noqa: S608  Names of ours.
"""Nobody is congratulated while something is overdue or written off, while help is asked for or given, or behind a restricted file."""


def _write(kind: MilestoneKind, subject: str, years: str, loan: str, source: str) -> Statement:
    return Statement(
        "milestone",
        f"""
        INSERT INTO milestone (created_at, customer_id, kind, subject, years, loan_id, reached_on)
        SELECT :now, customer.id, '{kind}', {subject}, {years}, {loan}, :today FROM {source}
        AND {_MAY_BE_TOLD}
        AND NOT EXISTS (SELECT 1 FROM milestone AS known WHERE known.customer_id = customer.id
          AND known.kind = '{kind}' AND known.subject = {subject})
        ORDER BY customer.id LIMIT :most
        ON CONFLICT (customer_id, kind, subject) DO NOTHING RETURNING id, customer_id, years, loan_id
        """,  # noqa: S608
        _KINDS,
        (_DAYS,),
    )


REACHED = {
    MilestoneKind.ANNIVERSARY: _write(
        MilestoneKind.ANNIVERSARY,
        "days.years",
        "days.years",
        "NULL",
        """{days} JOIN customer ON customer.created_at >= days.begins_at AND customer.created_at < days.ends_at
        WHERE TRUE""",
    ),
    MilestoneKind.LOAN_PAID_OFF: _write(
        MilestoneKind.LOAN_PAID_OFF,
        "paid.id",
        "NULL",
        "paid.id",
        """loan AS paid JOIN customer ON customer.id = paid.customer_id
        WHERE paid.id IN (SELECT entry.loan_id FROM entry WHERE entry.booked_on >= :booked_since)
        AND paid.status = 'CLOSED'
        AND EXISTS (SELECT 1 FROM installment WHERE installment.loan_id = paid.id
          AND installment.paid_on >= :paid_since)
        AND NOT EXISTS (SELECT 1 FROM loan AS newer WHERE newer.refinances_id = paid.id AND newer.status <> 'CANCELLED')
        AND NOT EXISTS (SELECT 1 FROM loan_event WHERE loan_event.loan_id = paid.id AND loan_event.kind = 'WRITE_OFF')""",
    ),
    MilestoneKind.FIRST_YEAR_ON_TIME: _write(
        MilestoneKind.FIRST_YEAR_ON_TIME,
        "kept.id",
        "NULL",
        "kept.id",
        """{days} JOIN loan AS kept ON kept.opened_on = days.day AND kept.status = 'ACTIVE'
        JOIN customer ON customer.id = kept.customer_id
        WHERE days.years = 1
        AND EXISTS (SELECT 1 FROM installment WHERE installment.loan_id = kept.id AND installment.due_on < :today)
        AND NOT EXISTS (SELECT 1 FROM installment WHERE installment.loan_id = kept.id AND installment.due_on < :today
          AND (installment.is_open OR installment.paid_on > installment.due_on))""",
    ),
}
"""By kind: writes down the next who reached it, and gives them."""

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
