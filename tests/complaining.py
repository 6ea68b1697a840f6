"""Cases, as customers open them and as staff answer them."""

from hashlib import sha256
from itertools import count
from typing import Any

from models import Case, CaseClock, CaseEntry, CaseRecusal, Customer, Staff, Upload, Viewer
from resolvers.documents import uploads
from resolvers.service import case_answers, case_assignments, case_clocks, cases
from rules.documents.uploads import UploadPurpose
from rules.people.access import Role
from rules.service.cases import CaseCategory, CaseKind, CaseOutcome, CaseTerms
from tests import files, make

WORDS = "扣款扣了两次，客服说不清楚。"
_numbers = count(1)


def terms(**said: Any) -> CaseTerms:
    """A complaint about payments."""
    return CaseTerms(**{"kind": CaseKind.COMPLAINT, "category": CaseCategory.PAYMENTS, **said})


async def case(customer: Customer | None = None, *, words: str = WORDS, **said: Any) -> Case:
    """A case that a customer opens in the app."""
    customer = customer or await make.customer()
    rest = {name: said.pop(name) for name in ("upload_ids", "is_about_my_officer") if name in said}
    return await cases.open_case(
        make.viewer(customer), terms(**said), words=words, key=f"case-{next(_numbers)}", **rest
    )


async def answerer(case: Case) -> Viewer:
    """Who answers it: the one to whom it was given, or an officer who takes it."""
    found = await Case.get(id=case.id)
    if found.assignee_id is not None:
        return await make.signed_in(await Staff.get(id=found.assignee_id))
    officer = await make.officer_of(case.customer_id)
    await case_assignments.take_case(officer, case_id=case.id)
    return officer


async def decided(case: Case, outcome: CaseOutcome = CaseOutcome.UPHELD) -> Case:
    """It answered."""
    officer = await answerer(case)
    return await case_answers.decide_case(officer, case_id=case.id, outcome=outcome, answer="您说得对，我们已更正。")


async def picture(customer: Customer) -> Upload:
    """A picture that arrived."""
    content, owner = files.picture(), make.viewer(customer)
    digest = sha256(content).hexdigest()
    place = await uploads.create_upload(owner, purpose=UploadPurpose.CASE, size=len(content), sha256=digest)
    return await uploads.store(make.clock, place.upload.id, content)


async def log_of(case: Case) -> list[str]:
    """What happened to it, in order."""
    return [entry.kind.value async for entry in CaseEntry.filter(case_id=case.id).order_by("id")]


async def clocks_of(case: Case) -> dict[tuple[str, int], CaseClock]:
    """Its clocks by kind and round."""
    return {(row.kind.value, row.round): row for row in await CaseClock.filter(case_id=case.id)}


async def look() -> int:
    """What time brings about."""
    return await case_clocks.look_at(make.system())


async def colleague(customer_id: int, role: Role = Role.OFFICER) -> Staff:
    """Somebody in charge of a customer's branch."""
    viewer = await make.officer_of(customer_id, role=role)
    return await Staff.get(id=viewer.staff_id)


async def recused(case: Case) -> set[int]:
    """From whom it is kept."""
    return {row.staff_id async for row in CaseRecusal.filter(case_id=case.id)}
