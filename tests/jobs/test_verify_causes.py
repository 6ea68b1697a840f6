"""Each kind of difference that causes can show is planted once, and must be found."""

import pytest

from jobs.checks.causes import CAUSES
from jobs.verify import verify
from resolvers.service import case_causes
from tests import complaining, improving
from tests.jobs.test_verify import tampered

PLANTED = {
    "stands under one that is no group": "UPDATE cause SET parent_id = (SELECT MAX(id) FROM cause) WHERE code = 'A'",
    "is in use in a group that is not": "UPDATE cause SET is_active = (1 = 0) WHERE parent_id IS NULL",
    "has a cause that no case can have": "UPDATE case_cause SET cause_id = (SELECT MIN(id) FROM cause)",
    "has a cause of which its log knows nothing": "UPDATE case_entry SET kind = 'NOTED' WHERE kind = 'CAUSE_SET'",
    "and nothing was ever to be done about its cause": "DELETE FROM improvement_action",
    "is about something that is no cause of cases": "UPDATE improvement_action SET cause_id = (SELECT MIN(id) FROM cause)",
}


@pytest.mark.parametrize(("sentence", "fault"), PLANTED.items(), ids=PLANTED)
async def test_every_kind_of_difference_is_found(db, sentence, fault):
    cause = await improving.cause(code="A")
    await improving.cause()
    await improving.action(cause)
    case = await improving.case_of(cause)
    officer = await complaining.answerer(case)
    said = {"reason": "It happens to others.", "is_systemic": True}
    await case_causes.set_cause(officer, case_id=case.id, cause_id=cause.id, **said)
    assert await verify() == []
    async with tampered(fault):
        found = await verify()
    assert any(sentence in difference for difference in found), found
    assert await verify() == []


def test_every_check_is_planted():
    assert [check.sentence for check in CAUSES if not any(part in check.sentence for part in PLANTED)] == []
