"""What the crowd complains about and asks for, and what came of it."""

from decimal import Decimal

import models
from models import Viewer
from models.database import transaction
from resolvers.service import (
    case_answers,
    case_assignments,
    case_deadlines,
    case_log,
    case_merges,
    case_messages,
    cases,
    redress,
)
from rules.money import Money
from rules.service.case_clocks import CaseClockKind
from rules.service.cases import CaseCategory, CaseChannel, CaseKind, CaseOutcome, CasePriority, Complainant
from rules.service.entries import CaseEntryKind
from rules.service.redress import RedressKind
from tests import complaining, make


async def complain(borrower: models.Customer, officer: models.Staff, first: Viewer, second: Viewer) -> None:
    """A case that waits, one that was answered and reviewed, one that became part of another, and one that is about the officer."""
    clerk = await make.signed_in(officer)
    await _waits(borrower, clerk, first, second)
    await _is_answered(borrower, clerk, first, second)
    one, other = [await complaining.case(borrower, kind=CaseKind.REQUEST) for _ in range(2)]
    await case_merges.merge_case(first, case_id=one.id, into_id=other.id)
    about = await complaining.case(borrower, category=CaseCategory.STAFF)
    await case_assignments.recuse(first, case_id=about.id, staff_id=officer.id)
    await case_messages.note_in_case(first, case_id=about.id, words="He was rude.")
    await _give(about, borrower, first, second)


async def _waits(borrower: models.Customer, clerk: Viewer, first: Viewer, second: Viewer) -> None:
    picture = await complaining.picture(borrower)
    case = await complaining.case(borrower, upload_ids=[picture.id])
    await case_assignments.assign_case(first, case_id=case.id, staff_id=clerk.staff_id or 0)
    await case_messages.note_in_case(clerk, case_id=case.id, words="Ask accounting.")
    sooner = {"priority": CasePriority.P1, "reason": "He has no money left."}
    await case_deadlines.prioritise_case(clerk, case_id=case.id, **sooner)
    await case_deadlines.find_case_complex(clerk, case_id=case.id, words="Three banks have to answer.")
    given = await case_deadlines.propose_case_extension(clerk, case_id=case.id, words="They have not answered.")
    await case_deadlines.approve_case_extension(second, extension_id=given.id)
    await case_messages.ask_customer(clerk, case_id=case.id, words="Which day was it?")
    async with transaction(make.system(), "mark"):
        await case_log.log(case, CaseEntryKind.WARNED_HALF, clock=CaseClockKind.LEGAL)


async def _is_answered(borrower: models.Customer, clerk: Viewer, first: Viewer, second: Viewer) -> None:
    terms = complaining.terms(
        channel=CaseChannel.REGULATOR,
        complainant=Complainant.AGENT,
        complainant_name="陈律师",
        proof="授权委托书 2026-03",
        regulator_reference="12378-2026-1",
        loan_id=(await models.Loan.filter(customer_id=borrower.id).order_by("id").first()).id,
    )
    said = {"customer_id": borrower.id, "words": "They asked for a fee twice.", "key": "agent"}
    case = await cases.open_case_for(clerk, terms, **said)
    await case_assignments.assign_case(first, case_id=case.id, staff_id=clerk.staff_id or 0)
    await _give(case, borrower, clerk, first)
    answer = {"case_id": case.id, "answer": "It was not twice."}
    await case_answers.decide_case(clerk, outcome=CaseOutcome.REJECTED, **answer)
    await case_answers.ask_for_review(make.viewer(borrower), case_id=case.id, words="It was.")
    await case_answers.review_case(second, outcome=CaseOutcome.UPHELD, **answer)


async def _give(case: models.Case, borrower: models.Customer, proposer: Viewer, approver: Viewer) -> None:
    """Points, which another approves, a refund, which he approves too, and an apology that waits."""
    loan = await models.Loan.filter(customer_id=borrower.id).order_by("id").first()
    assert loan is not None
    said = {"case_id": case.id, "words": "For your trouble."}
    refund = {"amount": Money(Decimal("0.10"), loan.currency), "loan_id": loan.id}
    given = [
        await redress.propose_redress(proposer, kind=RedressKind.POINTS, points=10, **said),
        await redress.propose_redress(proposer, kind=RedressKind.FEE_REFUND, **refund, **said),
    ]
    for each in given:
        await redress.approve_redress(approver, redress_id=each.id, key=f"redress-{each.id}")
    sorry = await redress.propose_redress(proposer, kind=RedressKind.APOLOGY, **said)
    if proposer.role is not approver.role:
        await redress.decline_redress(approver, redress_id=sorry.id)
