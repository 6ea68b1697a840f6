"""Surveys as apps and desks read them."""

from datetime import date

from api import trusted
from models.database.statements import counted
from models.viewer import Viewer
from rules.ids import encode_id
from rules.people.access import Role
from rules.service.surveys import SurveyKind, SurveyOccasion
from schema.build import schema
from schema.context import Context
from tests import asking, make
from tests.resolvers.service.test_survey_scores import given

CASE = SurveyOccasion.CASE_CLOSED


async def read(viewer: Viewer, document: str, **variables: object) -> dict:
    schema()
    answer = await schema().execute(
        trusted.document(document), variable_values=variables, context_value=Context(viewer)
    )
    assert not answer.errors, answer.errors
    (data,) = answer.data.values()
    return data


async def test_a_score_is_read_with_its_interval_by_month_branch_and_product(db):
    survey, branch, product = await asking.survey(SurveyKind.CES, CASE), await make.branch(), await make.product()
    await given(survey, branch, 4, 4, 5, 5, 5, 6, 6, 6, 7, 7, on=date(2026, 2, 28), product=product)
    marketer = await asking.marketer()
    scores = await read(marketer, "staff/survey-scores", input={"surveyId": encode_id("Survey", survey.id)})
    shown = {
        "answers": 10,
        "netPromoter": None,
        "share": {"value": "80.00", "lowest": "49.02", "highest": "94.33"},
        "mean": {"value": "5.50", "lowest": "4.83", "highest": "6.17"},
        "hiddenBecause": None,
    }
    assert scores["total"] == shown
    assert scores["months"][-2] == {"month": "2026-02-01", "score": shown}
    assert scores["months"][-1]["score"]["hiddenBecause"] == "NO_ANSWERS"
    assert [part["score"] for part in (*scores["branches"], *scores["products"])] == [shown, shown]


async def test_what_is_asked_is_read_in_the_readers_language_and_costs_the_same_however_often_one_was_asked(db):
    survey = await asking.survey(SurveyKind.CES, CASE, asking.PAGES, cooldown_days=1)
    customer, counts = await make.customer(), []
    viewer = make.viewer(customer)
    for number in (1, 2):
        invitation = await asking.asked(survey, customer, subject_id=number)
        await asking.answered(invitation, 5, comment="好。", answers=asking.ANSWERS)
        make.clock.moment = make.clock.moment.replace(day=16 + 2 * number)
        with counted() as statements:
            page = await read(viewer, "customers/survey-invitations")
        counts.append(len(statements))
    assert counts[0] == counts[1]
    first, second = page["nodes"]
    asked = first["version"]["pages"]
    assert [question["text"] for page in asked for question in page["questions"]] == [
        "主要原因是什么？",
        "有多容易？",
        "请告诉我们更多。",
    ]
    assert asked[0]["questions"][0]["choices"] == ["等待太久", "解释不清楚", "其他"]
    assert (asked[1]["ifQuestion"], asked[1]["ifLowest"], asked[1]["ifHighest"]) == (1, 3, 3)
    assert first["response"]["answers"] == second["response"]["answers"]
    assert [(each["question"]["number"], each["number"]) for each in second["response"]["answers"]] == [(1, 1), (2, 5)]


async def test_a_follow_up_is_read_by_those_who_may_speak_with_him_in_the_order_in_which_it_is_due(db):
    response = await asking.unhappy()
    officer = await make.officer_of(response.customer_id)
    auditor = make.viewer(await make.staff(role=Role.AUDITOR))
    (clear,), (covered,) = [
        (await read(viewer, "staff/survey-follow-ups", filter={"status": "OPEN"}))["nodes"]
        for viewer in (officer, auditor)
    ]
    assert (clear["score"], clear["comment"], clear["dueAt"]) == (2, "太慢了。", "2026-03-17T16:00:00Z")
    assert (covered["score"], covered["comment"]) == (2, "****")
    assert (await read(officer, "staff/survey-follow-ups", filter={"status": "DONE"}))["nodes"] == []
