"""Cases: their clocks against all that happened to them, and what made up for something against the books."""

from collections.abc import AsyncIterator

from jobs.checks import Check
from models import Case, CaseClock
from resolvers.service.business_times import business_time, name_of
from resolvers.service.case_log import clocks_by

CASES = (
    Check(
        "redress {id} is {status}, which no repayment bears out",
        """SELECT redress.id, redress.status FROM case_redress AS redress
           LEFT JOIN repayment ON repayment.id = redress.repayment_id
           WHERE redress.kind = 'FEE_REFUND' AND redress.status = 'APPROVED'
           AND (repayment.channel <> 'REDRESS' OR repayment.amount <> redress.amount OR repayment.loan_id <> redress.loan_id)""",
    ),
    Check(
        "repayment {id} gives something back for which there is no redress",
        """SELECT repayment.id FROM repayment WHERE repayment.channel = 'REDRESS'
           AND NOT EXISTS (SELECT 1 FROM case_redress WHERE case_redress.repayment_id = repayment.id)""",
    ),
    Check(
        "redress {id} is {status}, which its points do not bear out",
        """SELECT redress.id, redress.status FROM case_redress AS redress
           LEFT JOIN points_entry ON points_entry.source = 'Redress:' || redress.id
           WHERE redress.kind = 'POINTS' AND ((redress.status = 'APPROVED') <> (points_entry.id IS NOT NULL)
             OR points_entry.points <> redress.points OR points_entry.customer_id <> redress.customer_id)""",
    ),
    Check(
        "case {id} goes on in another one of somebody else's",
        """SELECT merged.id FROM service_case AS merged JOIN service_case AS other ON other.id = merged.merged_into_id
           WHERE other.customer_id <> merged.customer_id OR other.kind <> merged.kind""",
    ),
    Check(
        "case {id} is about a loan that has nothing to do with its customer",
        """SELECT id FROM service_case WHERE loan_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM loan_party
           WHERE loan_party.loan_id = service_case.loan_id AND loan_party.customer_id = service_case.customer_id)""",
    ),
    Check(
        "case {id}: the first of its clocks to run out is not the one that it says",
        """SELECT id FROM (SELECT service_case.id, service_case.due_at, (SELECT MIN(case_clock.due_at) FROM case_clock
             WHERE case_clock.case_id = service_case.id AND case_clock.ended_at IS NULL) AS first_due
           FROM service_case) AS found
           WHERE COALESCE(due_at <> first_due, (due_at IS NULL) <> (first_due IS NULL))""",
    ),
)


async def clocks_read_again() -> AsyncIterator[str]:
    """Read every clock off the log once more, by the hours and days that hold now; others are read anew by themselves."""
    if not await Case.exists():
        return
    times, last_id, batch = await business_time(), 0, 200
    while cases := await Case.filter(id__gt=last_id, reckoned_by=name_of(times)).order_by("id").limit(batch):
        last_id = cases[-1].id
        for case in cases:
            kept = {(row.kind, row.round): _said(row) for row in await CaseClock.filter(case_id=case.id)}
            read = {(clock.kind, clock.round): _said(clock) for clock in await clocks_by(case, times)}
            if kept != read:
                yield f"case {case.id}: its clocks are not what happened to it"


def _said(clock: object) -> tuple[object, ...]:
    return tuple(getattr(clock, name) for name in ("started_at", "due_at", "ended_at", "is_late"))
