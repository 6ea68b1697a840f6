"""Each kind of difference that surveys can show is planted once, and must be found."""

import pytest

from jobs.checks.surveys import SURVEYS
from jobs.verify import verify
from models import Branch
from resolvers.service import survey_guests
from rules.service.surveys import SurveyKind, SurveyOccasion
from tests import asking, make
from tests.jobs.test_verify import tampered

PLANTED = {
    "and its survey is not": "UPDATE survey SET kind = 'NPS' WHERE kind = 'CES'",
    "and no version of it is current": "UPDATE survey_version SET is_current = (1 = 0)",
    "is not of its page's version": "UPDATE survey_question SET version_id = (SELECT MAX(id) FROM survey_version)",
    "is not of its version's survey": "UPDATE survey_invitation SET version_id = (SELECT MAX(id) FROM survey_version)",
    "which its response does not bear out": "UPDATE survey_invitation SET status = 'SENT' WHERE status = 'ANSWERED'",
    "does not say what its invitation says": "UPDATE survey_response SET about_id = (SELECT MAX(id) FROM staff)",
    "which is not on its scale": "UPDATE survey_response SET score = 8",
    "is to a question that was not asked": "UPDATE survey_answer SET number = 9 WHERE number IS NOT NULL",
    "and nobody speaks with its customer": "DELETE FROM survey_follow_up",
    "does not say what its response says": "UPDATE survey_follow_up SET score = 1",
    "that is not asked by links": "UPDATE survey_guest SET survey_id = (SELECT MIN(id) FROM survey)",
}


@pytest.mark.parametrize(("sentence", "fault"), PLANTED.items(), ids=PLANTED)
async def test_every_kind_of_difference_is_found(db, sentence, fault):
    response = await asking.unhappy()
    handed_out = await asking.survey(SurveyKind.CSAT, SurveyOccasion.INVITED)
    manager = await make.manager_of(response.customer_id)
    branch = await Branch.get(id=response.branch_id)
    await survey_guests.invite(manager, survey_id=handed_out.id, address="a@example.com", branch_id=branch.id)
    assert await verify() == []
    async with tampered(fault):
        found = await verify()
    assert any(sentence in difference for difference in found), found
    assert await verify() == []


def test_every_check_is_planted():
    assert [check.sentence for check in SURVEYS if not any(part in check.sentence for part in PLANTED)] == []
