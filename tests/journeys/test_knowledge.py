"""A lesson from a marketer's draft to what came of it, and what was looked for in vain: over HTTP, by the apps' own documents."""

from datetime import timedelta
from typing import Any

import models
from tests import make, teaching
from tests.journeys.client import TRUSTED, World, do, read, second_manager

PAGES = [{"textZh": page.text_zh, "textEn": page.text_en} for page in teaching.PAGES]
QUESTIONS = [
    {
        "textZh": asked.text_zh,
        "textEn": asked.text_en,
        "choices": [{"textZh": choice.text_zh, "textEn": choice.text_en} for choice in asked.choices],
        "rightChoice": asked.right_choice,
    }
    for asked in teaching.QUESTIONS
]
RIGHT = [{"question": question, "choice": choice} for question, choice in teaching.RIGHT]
WRONG = [{"question": 1, "choice": 2}, {"question": 2, "choice": 3}]


def draft(**changed: Any) -> dict[str, Any]:
    """What is written of an article on repaying early."""
    words = {name.replace("_z", "Z").replace("_e", "E"): text for name, text in teaching.WORDS.items()}
    return {"category": "REPAYING", **words, **changed}


def lesson_draft(**changed: Any) -> dict[str, Any]:
    return draft(pages=PAGES, questions=QUESTIONS, **changed)


async def test_a_lesson_from_the_draft_to_what_came_of_it(world: World):
    customer = await world.sign_in_by_phone("139 0000 0061")
    marketer, manager, visitor = (
        await world.sign_in_staff("marketer"),
        await world.sign_in_staff("manager"),
        world.visitor(),
    )
    sent = {"kind": "LESSON", "audience": "CUSTOMERS"}
    refused = await do(marketer, "staff/write-article", **sent, draft=draft())
    assert (refused["code"], refused["path"]) == ("LESSON_INCOMPLETE", ["draft", "questions"])
    written = (await do(marketer, "staff/write-article", **sent, draft=lesson_draft()))["articleVersion"]
    assert (written["status"], written["reviewOn"], written["article"]["status"]) == ("PROPOSED", "2026-09-12", "DRAFT")
    assert (await read(visitor, "everybody/articles"))["nodes"] == []
    named = {"versionId": written["id"], "version": written["version"]}
    published = (await do(manager, "staff/approve-article", **named))["articleVersion"]
    assert published["article"]["status"] == "PUBLISHED"

    visitor.language, customer.language = "zh-CN", "en"
    (chinese,) = (await read(visitor, "everybody/articles"))["nodes"]
    assert chinese["current"]["title"] == "提前还款是怎么回事"
    shown = await read(customer, "everybody/article", id=chinese["id"])
    lesson = shown["current"]
    assert (lesson["title"], shown["completions"]["nodes"]) == ("What early repayment means", [])
    assert [page["text"] for page in lesson["pages"]] == [page.text_en for page in teaching.PAGES]
    assert [choice["text"] for choice in lesson["questions"][0]["choices"]] == ["By day", "By visit"]
    secret = "query($id: ID!) { node(id: $id) { ... on LessonQuestion { rightChoice } } }"
    asked = {"id": lesson["questions"][1]["id"]}
    assert [(await each.ask(secret, **asked))["node"]["rightChoice"] for each in (visitor, customer, marketer)] == [
        None,
        None,
        3,
    ]
    wrong = await do(customer, "customers/complete-lesson", versionId=lesson["id"], answers=WRONG)
    assert (wrong["code"], wrong["questions"]) == ("ANSWERS_WRONG", [1])
    assert wrong["message"] == "These questions were not answered rightly: 1. Read the pages again, and try once more."
    done = (await do(customer, "customers/complete-lesson", versionId=lesson["id"], answers=RIGHT))["lessonCompletion"]
    again = (await do(customer, "customers/complete-lesson", versionId=lesson["id"], answers=WRONG))["lessonCompletion"]
    assert (done["version"], again) == ({"number": 1}, done)
    for is_helpful in (True, False):
        voted = await do(customer, "customers/vote-on-article", versionId=lesson["id"], isHelpful=is_helpful)
    assert voted["articleVersion"]["vote"]["isHelpful"] is False
    shown = await read(customer, "everybody/article", id=chinese["id"])
    assert [each["id"] for each in shown["completions"]["nodes"]] == [done["id"]]
    assert (await read(visitor, "everybody/article", id=chinese["id"]))["current"]["vote"] is None
    (figures,) = (await do(marketer, "staff/article-figures", articleId=chinese["id"]))["versions"]
    assert (figures["helpful"], figures["notHelpful"], figures["completed"]) == (0, 1, 1)


async def test_a_new_version_takes_the_place_of_the_old_and_a_withdrawn_one_is_gone(world: World):
    marketer, manager = await world.sign_in_staff("marketer"), await world.sign_in_staff("manager")
    sent = {"kind": "NEWS", "audience": "CUSTOMERS", "draft": draft(titleEn="<b>Squirrels</b>")}
    first = (await do(manager, "staff/write-article", **sent))["articleVersion"]
    same = await do(manager, "staff/approve-article", versionId=first["id"], version=1)
    assert same["code"] == "SAME_PERSON"
    other = await second_manager(world)
    await do(other, "staff/approve-article", versionId=first["id"], version=1)
    article = first["article"]["id"]
    search = {"text": "squirrels?"}
    (found,) = (await do(world.visitor(), "everybody/search-articles", **search))["found"]
    assert (found["article"]["id"], found["version"]["title"]) == (article, "<b>Squirrels</b>")
    anew = {"articleId": article, "draft": draft(titleEn="Hedgehogs")}
    second = (await do(marketer, "staff/revise-article", **anew))["articleVersion"]
    stale = await do(manager, "staff/revise-article", **anew)
    assert (second["number"], stale["code"]) == (2, "CONFLICT")
    declined = (await do(manager, "staff/decline-article", versionId=second["id"], version=1))["articleVersion"]
    assert declined["status"] == "DECLINED"
    third = (await do(marketer, "staff/revise-article", **anew))["articleVersion"]
    await do(manager, "staff/approve-article", versionId=third["id"], version=1)
    assert (await do(world.visitor(), "everybody/search-articles", **search))["found"] == []
    full = await read(marketer, "staff/article-in-full", id=article)
    assert [(each["number"], each["status"], each["isCurrent"]) for each in full["versions"]["nodes"]] == [
        (1, "APPROVED", False),
        (2, "DECLINED", False),
        (3, "APPROVED", True),
    ]
    withdrawn = (await do(manager, "staff/withdraw-article", articleId=article))["article"]
    assert withdrawn["status"] == "WITHDRAWN"
    assert (await do(world.visitor(), "everybody/search-articles", text="hedgehogs"))["found"] == []
    gone = await world.visitor().ask((TRUSTED / "everybody" / "article.graphql").read_text("utf-8"), id=article)
    assert gone == {"node": None}
    unfound = await do(marketer, "staff/unfound-searches", days=7)
    assert [(each["phrase"], each["times"]) for each in unfound["phrases"]] == [("hedgehogs", 1), ("squirrels", 1)]


async def test_what_is_asked_in_any_signs_is_answered(world: World):
    await teaching.published()
    visitor = world.visitor()
    for text, count in (
        ("提前还款", 1),
        ('"提前" OR (NEAR', 1),
        ("*", 0),
        ("", 0),
        ("提" * 500, 0),
        ("138 1234 5678", 0),
        ("'; DROP TABLE article_words --", 0),
    ):
        answer = await do(visitor, "everybody/search-articles", text=text)
        assert len(answer["found"]) == count, text
    document = (TRUSTED / "everybody" / "search-articles.graphql").read_text("utf-8")
    for text in ("early\0", "x" * 501):
        answer = await visitor.send(document, input={"text": text})
        assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    phrases = [row.phrase for row in await models.UnfoundSearch.all().order_by("id")]
    assert phrases == ["drop table article words"]


async def test_a_review_that_is_due_is_flagged_to_those_who_write(world: World):
    version = await teaching.published()
    await teaching.published(review_on=make.TODAY + timedelta(days=10))
    await make.travel_to(make.TODAY + timedelta(days=11))
    marketer, officer = await world.sign_in_staff("marketer"), await world.sign_in_staff("officer")
    first, second = (await read(marketer, "staff/articles-by-review"))["nodes"]
    assert (first["isReviewDue"], second["isReviewDue"]) == (True, False)
    assert second["id"] == make.global_id("Article", version.article_id)
    flags = "{ articles(first: 5) { nodes { isReviewDue reviewOn } } }"
    seen = (await officer.ask(flags))["articles"]["nodes"]
    assert seen == [{"isReviewDue": None, "reviewOn": None}] * 2


async def test_a_lesson_that_a_manager_assigns_is_completed_at_a_desk(world: World):
    manager, marketer = await world.sign_in_staff("manager"), await world.sign_in_staff("marketer")
    await world.sign_in_staff("officer")
    sent = {"kind": "LESSON", "audience": "STAFF", "draft": lesson_draft(category="CONDUCT")}
    version = (await do(marketer, "staff/write-article", **sent))["articleVersion"]
    await do(manager, "staff/approve-article", versionId=version["id"], version=1)
    assert (await read(world.visitor(), "everybody/articles"))["nodes"] == []
    learner = await models.Staff.get(login=world.staff["officer"][0])
    asked = {
        "lessonId": version["article"]["id"],
        "staffId": make.global_id("Staff", learner.id),
        "dueOn": str(make.TODAY),
        "reason": "Three complaints about delay.",
        "causeCode": "DELAY",
    }
    late = await do(manager, "staff/assign-lesson", **{**asked, "dueOn": str(make.TODAY - timedelta(days=1))})
    assert late["code"] == "LESSON_DUE_DATE_WRONG"
    assigned = (await do(manager, "staff/assign-lesson", **asked))["staffLesson"]
    assert (assigned["isOverdue"], assigned["staff"]["name"]) == (False, learner.name)
    assert (await do(manager, "staff/assign-lesson", **asked))["code"] == "LESSON_ASSIGNED"
    await make.travel_to(make.TODAY + timedelta(days=1))
    manager, officer, marketer = [await world.sign_in_staff(role) for role in ("manager", "officer", "marketer")]
    (mine,) = (await read(officer, "staff/staff-lessons"))["nodes"]
    assert (mine["id"], mine["isOverdue"], mine["reason"]) == (assigned["id"], True, asked["reason"])
    assert (await read(marketer, "staff/staff-lessons"))["nodes"] == []
    answers = {"versionId": version["id"], "answers": RIGHT}
    done = (await do(officer, "staff/complete-staff-lesson", **answers))["staffLessonCompletion"]
    (seen,) = (await read(manager, "staff/staff-lessons", filter={"staff": asked["staffId"]}))["nodes"]
    assert (seen["completion"]["id"], seen["isOverdue"]) == (done["id"], False)
    (listed,) = (await read(manager, "staff/staff-lesson-completions", filter={"lesson": asked["lessonId"]}))["nodes"]
    assert (listed["id"], listed["staff"]["name"], listed["version"]) == (done["id"], learner.name, {"number": 1})


async def test_each_does_his_part_and_no_others(world: World):
    customer = await world.sign_in_by_phone("139 0000 0062")
    staff = {role: await world.sign_in_staff(role) for role in ("officer", "manager", "marketer", "auditor", "admin")}
    everybody = {*staff, "customer", "visitor"}
    ids = {name: make.global_id(name, 999) for name in ("Article", "ArticleVersion", "Staff")}
    version = {"versionId": ids["ArticleVersion"], "version": 1}
    assigned = {"lessonId": ids["Article"], "staffId": ids["Staff"], "dueOn": str(make.TODAY), "reason": "New."}
    answers = {"versionId": ids["ArticleVersion"], "answers": RIGHT}
    may = {
        "staff/write-article": ({"kind": "LESSON", "audience": "STAFF", "draft": draft()}, {"manager", "marketer"}),
        "staff/revise-article": ({"articleId": ids["Article"], "draft": draft()}, {"manager", "marketer"}),
        "staff/approve-article": (version, {"manager"}),
        "staff/decline-article": (version, {"manager"}),
        "staff/withdraw-article": ({"articleId": ids["Article"]}, {"manager"}),
        "staff/article-figures": ({"articleId": ids["Article"]}, {*staff}),
        "staff/unfound-searches": ({"days": 1}, {"manager", "marketer", "auditor"}),
        "staff/assign-lesson": (assigned, {"manager"}),
        "staff/complete-staff-lesson": (answers, {*staff}),
        "customers/complete-lesson": (answers, {"customer"}),
        "customers/vote-on-article": ({"versionId": ids["ArticleVersion"], "isHelpful": True}, {"customer"}),
        "everybody/search-articles": ({"text": "*"}, everybody),
    }
    for document, (values, allowed) in may.items():
        text = (TRUSTED / f"{document}.graphql").read_text("utf-8")
        for role, somebody in {**staff, "customer": customer, "visitor": world.visitor()}.items():
            answer = await somebody.send(text, input=values)
            codes = [error["extensions"]["code"] for error in answer.get("errors", ())]
            refused = ["UNAUTHENTICATED" if role == "visitor" else "FORBIDDEN"]
            assert codes == ([] if role in allowed else refused), (document, role, answer)
    lists = {
        "staff/articles-by-review": {"manager", "marketer", "auditor"},
        "staff/staff-lessons": {*staff},
        "staff/staff-lesson-completions": {*staff},
        "everybody/articles": everybody,
    }
    for document, allowed in lists.items():
        for role, somebody in {**staff, "customer": customer, "visitor": world.visitor()}.items():
            answer = await somebody.send((TRUSTED / f"{document}.graphql").read_text("utf-8"))
            assert ("errors" not in answer) == (role in allowed), (document, role, answer)
    assert not await models.Article.exists()
    assert not await models.LessonCompletion.exists()
