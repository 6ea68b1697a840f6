"""A survey from a marketer's proposal to the score, in the app and by the page behind a link."""

import base64
import hashlib
import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import models
from resolvers.service import survey_links
from resolvers.service.survey_sending import run_surveys
from rules.people.kinds import Locale
from rules.service.surveys import Condition, SurveyKind, SurveyOccasion, WrittenPage
from tests import asking, make
from tests.journeys.client import TRUSTED, Person, World, do, read, second_manager

PHONE = "139 0000 0061"
CASE = SurveyOccasion.CASE_CLOSED


def content(**changed: Any) -> dict[str, Any]:
    """What a version asks of everybody, an hour after the occasion."""
    return {
        "titleZh": asking.TITLES["title_zh"],
        "titleEn": asking.TITLES["title_en"],
        "samplePercent": 100,
        "delayHours": 1,
        "cooldownDays": 30,
        "mostAYear": 4,
        "remindAfterDays": 3,
        "openDays": 14,
        "pages": [],
        **changed,
    }


def proposal(**changed: Any) -> dict[str, Any]:
    named = {"kind": "CSAT", "occasion": "CALLBACK_DONE", "nameZh": "回电", "nameEn": "Callbacks"}
    return {**named, "content": content(**changed)}


async def pass_time(**time: int) -> None:
    """Let time pass, and do what it brings about."""
    make.clock.moment += timedelta(**time)
    while await run_surveys(make.clock):
        pass


async def called_back(world: World) -> None:
    """A customer books a callback, and an officer calls."""
    customer = await world.sign_in_by_phone(PHONE)
    await world.sign_in_staff("officer")
    (first, *_) = (await do(customer, "customers/callback-slots", fromDay=make.clock.today().isoformat()))["slots"]
    booked = (await do(customer, "customers/book-callback", startsAt=first["startsAt"]))["callback"]
    make.clock.moment += timedelta(days=1)
    officer = await world.sign_in_staff("officer")
    await do(officer, "staff/complete-callback", callbackId=booked["id"], outcome="REACHED")


async def test_a_survey_from_the_proposal_to_the_call(world: World):
    marketer, manager = await world.sign_in_staff("marketer"), await world.sign_in_staff("manager")
    nothing = {"kind": "CHOICE", "isRequired": True, "textZh": "为什么？", "textEn": "Why?"}
    wrong = await do(marketer, "staff/propose-survey", **proposal(pages=[{"questions": [nothing]}]))
    assert (wrong["code"], wrong["problem"]) == ("SURVEY_NOT_POSSIBLE", "CHOICES_WRONG")
    assert wrong["message"].startswith("This survey cannot be asked like this. A choice needs two to twenty choices")
    half = {"ifQuestion": 0, "questions": [{**nothing, "kind": "TEXT"}]}
    wrong = await do(marketer, "staff/propose-survey", **proposal(pages=[half]))
    assert wrong["problem"] == "CONDITION_WRONG"
    assert not await models.Survey.exists()
    version = (await do(marketer, "staff/propose-survey", **proposal()))["surveyVersion"]
    (listed,) = (await read(manager, "staff/surveys"))["nodes"]
    assert listed["versions"][0]["proposedBy"] == {"name": "marketer"}
    whole = await read(manager, "staff/survey-version", id=version["id"])
    assert (whole["titleZh"], whole["pages"], whole["survey"]["name"]) == (asking.TITLES["title_zh"], [], "Callbacks")
    approved = (await do(manager, "staff/approve-survey", versionId=version["id"]))["surveyVersion"]
    assert (approved["status"], approved["isCurrent"]) == ("APPROVED", True)

    await called_back(world)
    await pass_time(hours=1)
    await world.deliver()
    customer = await world.sign_in_by_phone(PHONE)
    inbox = await customer.ask("{ viewer { customer { notifications(last: 1) { nodes { kind title text link } } } } }")
    (told,) = inbox["viewer"]["customer"]["notifications"]["nodes"]
    (asked,) = (await read(customer, "customers/survey-invitations", filter={"status": "SENT"}))["nodes"]
    assert (told["kind"], told["link"]) == ("SurveyAsked", f"goodterms://surveys/{asked['id']}")
    assert asked["version"]["title"] == "How satisfied were you?"
    wrong = await do(customer, "customers/answer-survey", invitationId=asked["id"], score=6)
    assert (wrong["code"], wrong["question"], wrong["problem"]) == ("ANSWER_NOT_TAKEN", 0, "OUT_OF_SCALE")
    said = {"invitationId": asked["id"], "score": 1, "comment": "Nobody knew my question."}
    answered = (await do(customer, "customers/answer-survey", **said))["surveyResponse"]
    assert (answered["score"], answered["comment"]) == (1, "Nobody knew my question.")

    about_himself, colleague = await world.sign_in_staff("officer"), await second_officer(world)
    assert (await read(about_himself, "staff/survey-follow-ups"))["nodes"] == []
    (waiting,) = (await read(colleague, "staff/survey-follow-ups", filter={"status": "OPEN"}))["nodes"]
    assert (waiting["score"], waiting["comment"]) == (1, "Nobody knew my question.")
    own = await do(about_himself, "staff/complete-survey-follow-up", followUpId=waiting["id"], outcome="SPOKEN")
    assert own["code"] == "NOT_FOUND"
    spoken = {"followUpId": waiting["id"], "outcome": "SPOKEN", "words": "It is answered now."}
    done = (await do(colleague, "staff/complete-survey-follow-up", **spoken))["surveyFollowUp"]
    assert (done["status"], done["doneBy"]) == ("DONE", {"name": "officer"})

    manager, auditor = await world.sign_in_staff("manager"), await world.sign_in_staff("auditor")
    (clear,) = (await read(manager, "staff/survey-responses"))["nodes"]
    (covered,) = (await read(auditor, "staff/survey-responses"))["nodes"]
    assert (clear["comment"], covered["comment"], covered["score"]) == ("Nobody knew my question.", "****", 1)
    scores = await do(await world.sign_in_staff("marketer"), "staff/survey-scores", surveyId=version["survey"]["id"])
    assert scores["total"] == {
        "answers": 0,
        "netPromoter": None,
        "share": None,
        "mean": None,
        "hiddenBecause": "NO_ANSWERS",
    }
    await pass_time(days=1)
    kept = await do(await world.sign_in_by_phone(PHONE), "customers/answer-survey", **said)
    assert kept["code"] == "ANSWER_KEPT"


async def second_officer(world: World) -> Person:
    if "second officer" not in world.staff:
        world.staff["second officer"] = await world.hire("officer")
    return await world.sign_in_staff("second officer")


async def test_a_new_version_is_declined_and_a_survey_ended(world: World):
    manager = await world.sign_in_staff("manager")
    version = (await do(manager, "staff/propose-survey", **proposal()))["surveyVersion"]
    own = await do(manager, "staff/approve-survey", versionId=version["id"])
    assert own["code"] == "SAME_PERSON"
    other = await second_manager(world)
    await do(other, "staff/approve-survey", versionId=version["id"])
    survey = version["survey"]["id"]
    newer = await do(manager, "staff/propose-survey-version", surveyId=survey, content=content(samplePercent=5))
    declined = await do(other, "staff/decline-survey", versionId=newer["surveyVersion"]["id"])
    assert (declined["surveyVersion"]["number"], declined["surveyVersion"]["isCurrent"]) == (2, False)
    ended = (await do(manager, "staff/end-survey", surveyId=survey))["survey"]
    assert (ended["id"], ended["endedBy"]) == (survey, {"name": "manager"})
    assert (await do(manager, "staff/end-survey", surveyId=survey))["code"] == "NOT_POSSIBLE_NOW"


async def test_whoever_is_handed_a_link_answers_without_an_account(world: World):
    survey = await asking.survey(SurveyKind.NPS, SurveyOccasion.INVITED)
    officer, branch = await world.sign_in_staff("officer"), await models.Branch.get(is_default=True)
    told = {
        "surveyId": make.global_id("Survey", survey.id),
        "address": "visitor@example.com",
        "branchId": make.global_id("Branch", branch.id),
    }
    link = await do(officer, "staff/invite-to-survey", **told)
    path = urlsplit(link["url"]).path
    again = await do(officer, "staff/invite-to-survey", **told)
    assert again["code"] == "INVITED_LATELY"
    form = await world.http.get(path, headers={"Accept-Language": "en"})
    assert (form.status_code, form.text.count('type="radio"')) == (200, 11)
    done = await world.http.post(path, data={"step": "0", "score": "9", "comment": "A\r\nB"})
    assert (done.status_code, "谢谢您" in done.text) == (200, True)
    guest = await models.SurveyGuest.get()
    assert (guest.score, guest.comment) == (9, "A\nB")
    (seen,) = (await read(await world.sign_in_staff("manager"), "staff/survey-guests"))["nodes"]
    assert (seen["score"], seen["comment"], seen["invitedBy"]) == (9, "A\nB", {"name": "officer"})


PAGES = (*asking.PAGES, WrittenPage(questions=(asking.WORDS,), condition=Condition(question=0, lowest=0, highest=6)))


async def linked(kind: SurveyKind = SurveyKind.NPS, pages: tuple[WrittenPage, ...] = PAGES) -> str:
    """The path of the link of a customer who speaks English."""
    survey = await asking.survey(kind, CASE, pages)
    asked = await asking.asked(survey, await make.customer(locale=Locale.EN))
    return survey_links.link_of_invitation(asked.id, make.clock.now())


def fields_of(page: str) -> dict[str, str]:
    """What a page sends along unseen."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))


async def test_page_follows_page_as_answers_go_and_nothing_is_kept_before_the_last(world: World):
    path = await linked()
    first = await world.http.get(path)
    assert fields_of(first.text) == {"step": "0"}
    assert "Next</button>" in first.text
    before = await make.everything()
    second = await world.http.post(path, data={"step": "0", "score": "2", "comment": "Tea & <b>"})
    assert fields_of(second.text) == {"step": "1", "score": "2", "comment": "Tea &amp; &lt;b&gt;"}
    assert "What was the main reason?" in second.text
    third = await world.http.post(path, data={"step": "1", "score": "2", "comment": "Tea & <b>", "q1": "3"})
    assert fields_of(third.text)["step"] == "2"
    fourth = await world.http.post(path, data={"step": "2", "score": "2", "q1": "3", "q3": "Words", "comment": "x"})
    assert fields_of(fourth.text)["step"] == "3"
    assert "Send</button>" in fourth.text
    assert await make.everything() == before
    done = await world.http.post(path, data={"step": "3", "score": "2", "q1": "3", "q3": "Words", "q4": ""})
    assert (done.status_code, "Thank you" in done.text) == (200, True)
    answers = await models.SurveyAnswer.all().order_by("id").values_list("number", "text")
    assert [tuple(each) for each in answers] == [(3, None), (None, "Words")]
    assert (await models.SurveyResponse.get()).is_by_link

    again = await world.http.get(path)
    assert "You have answered already" in again.text
    short = await world.http.post(path, data={"step": "1", "score": "9", "q1": "1"})
    assert "Thank you" in short.text
    assert (await models.SurveyResponse.get()).score == 9
    make.clock.moment += timedelta(hours=24)
    before = await make.everything()
    kept = await world.http.post(path, data={"step": "1", "score": "0", "q1": "1"})
    assert (kept.status_code, "Your answer is kept as it is" in kept.text) == (409, True)
    assert (await world.http.get(path)).status_code == 200
    assert await make.everything() == before


async def test_a_form_without_a_score_begins_with_its_first_page(world: World):
    path = await linked(SurveyKind.FORM, asking.PAGES)
    first = await world.http.get(path)
    assert fields_of(first.text) == {"step": "1"}
    assert 'name="score"' not in first.text
    done = await world.http.post(path, data={"step": "1", "q1": "1", "q2": "5"})
    assert "Thank you" in done.text


async def test_what_does_not_fit_comes_back_with_a_word_and_changes_nothing(world: World):
    path = await linked()
    before = await make.everything()
    for sent, step, words in (
        ({"step": "3", "score": "9"}, "1", "Something that has to be answered is not."),
        ({"step": "3", "score": "9", "q1": "7"}, "1", "A number is not among those that are shown."),
        ({"step": "3", "q1": "1"}, "0", "Something that has to be answered is not."),
        ({"step": "3", "score": "11", "q1": "1"}, "0", "A number is not among those that are shown."),
        ({"step": "3", "score": "9", "q1": "1", "q3": "x"}, "0", "does not follow from the answers before"),
        ({"step": "3", "score": "9", "q1": "1", "q9": "1"}, "0", "This is not asked."),
    ):
        page = await world.http.post(path, data=sent)
        assert (page.status_code, fields_of(page.text)["step"]) == (422, step), sent
        assert words in re.search(r'role="alert">([^<]*)<', page.text)[1]
    for sent in (
        {"score": "5"},
        {"step": "x"},
        {"step": "0", "score": "-1"},
        {"step": "0", "score": "5", "comment": "x" * 2001},
        {"step": "0", "score": "5", "comment": "\u202e"},
        {"step": "0", "score": "5", "is_admin": "1"},
    ):
        page = await world.http.post(path, data=sent)
        assert (page.status_code, "nothing has changed" in page.text) == (400, True), sent
    assert (await world.http.post(path, content=b"step=0&score=%ff\xff")).status_code == 400
    assert (await world.http.post(path, content=b"step=0&comment=" + b"x" * 1_100_000)).status_code == 413
    assert await make.everything() == before


async def test_reading_changes_nothing_and_what_is_no_link_is_not_found(world: World):
    path = await linked()
    before = await make.everything()
    for _ in range(2):
        assert (await world.http.get(path)).status_code == 200
        assert (await world.http.head(path)).status_code == 200
    for forged in (path[:-6], path[:-6] + "AAAAAA", "/surveys/x", "/surveys/a.b.c", "/surveys/%00"):
        for answer in (await world.http.get(forged), await world.http.post(forged, data={"step": "0", "score": "5"})):
            assert (answer.status_code, "This link does not work" in answer.text) == (404, True)
    for method in ("PUT", "DELETE", "PATCH"):
        assert (await world.http.request(method, path)).status_code == 405
    assert await make.everything() == before
    make.clock.moment += timedelta(days=14)
    over = [await world.http.get(path), await world.http.post(path, data={"step": "0", "score": "5"})]
    assert [page.status_code for page in over] == [200, 409]
    assert all("This question is closed" in page.text for page in over)


async def test_the_page_runs_nothing_is_kept_nowhere_and_names_nobody(world: World):
    page = await world.http.get(await linked())
    policy = page.headers["content-security-policy"]
    style = re.search(r"<style>(.*?)</style>", page.text, re.DOTALL)[1]
    hashed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{hashed}';")
    assert "unsafe" not in policy
    assert "form-action 'self'" in policy
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert not re.search(r"<script|\son\w+=|\ssrc=|\shref=|https?:", page.text)
    customer = await models.Customer.get()
    assert customer.name not in page.text
    assert customer.phone.read()[-8:] not in page.text
    assert len(page.content) < 8_000


async def test_the_page_speaks_the_language_that_he_chose_else_that_of_his_browser(world: World):
    path = await linked()
    assert '<html lang="en">' in (await world.http.get(path, headers={"Accept-Language": "zh-CN"})).text
    async with make.unit():
        await models.Customer.all().update(locale=None)
    assert '<html lang="en">' in (await world.http.get(path, headers={"Accept-Language": "en-GB"})).text
    chinese = (await world.http.get(path)).text
    assert '<html lang="zh-CN">' in chinese
    assert "<h1>您对这次服务满意吗？</h1>" in chinese


async def test_what_breaks_is_said_and_logged_without_the_link(world: World, caplog):
    path = await linked()
    connection = models.Survey._meta.db
    await connection.execute_script("ALTER TABLE survey_page RENAME TO survey_page_gone")
    try:
        page = await world.http.get(path)
    finally:
        await connection.execute_script("ALTER TABLE survey_page_gone RENAME TO survey_page")
    request_id = page.headers["x-request-id"]
    assert (page.status_code, request_id in page.text) == (500, True)
    assert f"Unexpected error with a survey, request {request_id}" in caplog.text
    assert path.rpartition("/")[2] not in caplog.text


async def test_each_does_his_part_and_no_others(world: World):
    customer = await world.sign_in_by_phone(PHONE)
    staff = {role: await world.sign_in_staff(role) for role in ("officer", "manager", "marketer", "auditor", "admin")}
    survey, version = make.global_id("Survey", 999), make.global_id("SurveyVersion", 999)
    nothing = proposal() | {"kind": "FORM"}
    in_charge = {"officer", "manager"}
    may = {
        "staff/propose-survey": (nothing, {"manager", "marketer"}),
        "staff/propose-survey-version": ({"surveyId": survey, "content": content()}, {"manager", "marketer"}),
        "staff/approve-survey": ({"versionId": version}, {"manager"}),
        "staff/decline-survey": ({"versionId": version}, {"manager"}),
        "staff/end-survey": ({"surveyId": survey}, {"manager"}),
        "staff/survey-scores": ({"surveyId": survey}, {"manager", "marketer", "auditor"}),
        "staff/invite-to-survey": ({"surveyId": survey, "address": "a@example.com"}, in_charge | {"marketer"}),
        "staff/complete-survey-follow-up": (
            {"followUpId": make.global_id("SurveyFollowUp", 999), "outcome": "SPOKEN"},
            in_charge,
        ),
        "customers/answer-survey": ({"invitationId": make.global_id("SurveyInvitation", 999)}, {"customer"}),
        "staff/surveys": (None, in_charge | {"marketer", "auditor"}),
        "staff/survey-invitations-at-desk": (None, {"customer", "manager", "auditor"}),
        "staff/survey-responses": (None, {"customer", "manager", "auditor"}),
        "staff/survey-guests": (None, {"manager", "auditor"}),
        "staff/survey-follow-ups": (None, in_charge | {"auditor"}),
    }
    for document, (values, allowed) in may.items():
        text = (TRUSTED / f"{document}.graphql").read_text("utf-8")
        for role, somebody in {**staff, "customer": customer}.items():
            answer = await somebody.send(text, **({} if values is None else {"input": values}))
            codes = [error["extensions"]["code"] for error in answer.get("errors", ())]
            assert codes == ([] if role in allowed else ["FORBIDDEN"]), (document, role, answer)
    assert not await models.Survey.exists()
