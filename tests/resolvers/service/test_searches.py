"""Finding texts, alike on both databases, and keeping what was looked for in vain."""

import asyncio
from datetime import timedelta

import pytest
from tortoise.connection import get_connection

from models import ArticleWords, AuditEntry, UnfoundSearch
from models.database.statements import counted
from resolvers.service import articles, searches
from resolvers.service.searches import search_articles, unfound_searches
from rules.people.access import Role
from rules.people.kinds import Locale
from rules.service.articles import ArticleAudience, ArticleCategory, ArticleKind
from rules.service.lessons import PageText
from tests import make, teaching

DAY = timedelta(days=1)
TEXTS = {
    "interest": {
        "category": ArticleCategory.COSTS,
        "title_zh": "利息怎么算",
        "title_en": "How interest is reckoned",
        "summary_zh": "按剩余本金逐日计息。",
        "summary_en": "By the day, on what is still owed.",
        "body_zh": "年利率以LPR为参考。",
        "body_en": "The annual rate follows the LPR (loan prime rate).",
    },
    "early": {
        "title_zh": "提前还款",
        "title_en": "Repaying early",
        "summary_zh": "可以全部或部分提前还款。",
        "summary_en": "All of the loan, or a part of it.",
        "body_zh": "提前还款之后，利息只算到当天。",
        "body_en": "Interest is owed up to that day only. Café Zürich is not concerned.",
    },
    "difficult": {
        "title_zh": "还不上款怎么办",
        "title_en": "When paying becomes difficult",
        "summary_zh": "请尽早告诉我们。",
        "summary_en": "Tell us soon.",
        "body_zh": "可以申请展期，𠮷祥如意。",
        "body_en": "An extension or a payment holiday may help.",
    },
}


async def library() -> dict[int, str]:
    """Three texts; gives their names by the ids of their versions."""
    return {(await teaching.published(**words)).id: name for name, words in TEXTS.items()}


async def found(text: str, viewer=None) -> list[int]:
    answer = await search_articles(viewer or make.visitor(), text=text)
    assert all(each.version.article_id == each.article.id for each in answer.found)
    return [each.version.id for each in answer.found]


QUESTIONS = {
    "利息": ["interest", "early"],
    "利息怎么算？": ["interest"],
    "怎么提前还款": ["early"],
    "息": ["interest", "early"],
    "ＬＰＲ": ["interest"],
    "lpr利率": ["interest"],
    "INTEREST": ["interest", "early"],
    "How is interest reckoned?": ["interest", "early"],
    "repaying early": ["early"],
    "还不上怎么办": ["difficult"],
    "payment holiday": ["difficult"],
    "cafe zurich": ["early"],
    "𠮷祥": ["difficult"],
    "投诉": [],
    "complain": [],
    "interes": [],
    "提款": [],
    "": [],
    "？！… \t\n": [],
    "\"'\\": [],
    '"interest" OR "early"': ["early", "interest"],
    "interest*": ["interest", "early"],
    "title_words : interest": [],
    "NEAR(interest early)": ["early"],
    "-interest": ["interest", "early"],
    "^interest": ["interest", "early"],
    "interest & !early": ["early", "interest"],
    "'interest':*A": ["interest", "early"],
    "interest'); DROP article; --": [],
    "利息\0": ["interest", "early"],
    "\ud800利息": ["interest", "early"],
    "利息" * 5_000: ["interest", "early"],
    "x" * 10_000: [],
    " ".join(f"w{number}" for number in range(5_000)): [],
}


async def test_both_databases_find_the_same_in_the_same_order(db):
    names = await library()
    for question, expected in QUESTIONS.items():
        assert [names[each] for each in await found(question)] == expected, question[:60]
    assert await ArticleWords.all().count() == 3


async def test_a_word_counts_for_more_in_a_title_and_where_it_is_rare(db):
    said = {"title_en": "Other", "summary_en": "Other", "body_en": "Common words about loans"}
    common = [(await teaching.published(**said)).id for _ in range(3)]
    rare = (await teaching.published(**{**said, "body_en": "Common words about collateral"})).id
    titled = (await teaching.published(**{**said, "title_en": "Loans", "body_en": "Nothing"})).id
    assert await found("loans") == [titled, *common]
    assert await found("common collateral") == [rare, *common]


async def test_at_most_twenty_are_found_the_oldest_first_where_they_are_alike(db):
    ids = [(await teaching.published()).id for _ in range(21)]
    assert await found("提前还款") == ids[:20]


async def test_a_list_takes_two_statements_whatever_is_asked(db):
    await library()
    viewer = make.viewer(await make.customer())
    for text, most in (("利息", 2), ("怎么提前还款 interest early loan", 2), ("？", 0)):
        with counted() as statements:
            await found(text, viewer)
        assert len(statements) == most, statements


async def test_only_what_the_asker_may_read_now_is_found(db):
    draft = await teaching.written()
    for_staff = await teaching.published(audience=ArticleAudience.STAFF)
    over = await teaching.published(expires_on=make.TODAY + DAY)
    gone = await teaching.published(ArticleKind.NEWS)
    customer, manager = make.viewer(await make.customer()), await teaching.manager()
    officer = await make.signed_in(await make.staff())
    assert await found("提前还款", customer) == [over.id, gone.id]
    assert await found("提前还款", officer) == [for_staff.id, over.id, gone.id]
    await articles.withdraw_article(manager, article_id=gone.article_id)
    make.clock.business_date = make.TODAY + DAY
    assert await found("提前还款", customer) == []
    assert await found("提前还款", officer) == [for_staff.id]
    assert await found("提前还款", manager) == [for_staff.id], draft.id


async def test_a_new_version_is_found_by_its_words_and_no_more_by_the_old_ones(db):
    first = await teaching.published(title_en="Squirrel")
    marketer = await teaching.marketer()
    anew = teaching.draft(title_en="Hedgehog")
    second = await articles.revise_article(marketer, article_id=first.article_id, draft=anew)
    assert (await found("squirrel"), await found("hedgehog")) == ([first.id], [])
    await teaching.approved(second)
    assert (await found("squirrel"), await found("hedgehog")) == ([], [second.id])


async def test_the_pages_of_a_lesson_are_found_too(db):
    lesson = await teaching.lesson(pages=(PageText("刺猬冬眠。", "A hedgehog sleeps."),))
    assert await found("hedgehog") == await found("刺猬") == [lesson.id]


async def test_what_breaks_off_leaves_neither_a_publication_nor_its_words(db, monkeypatch):
    draft, before = await teaching.written(), None
    manager = await teaching.manager()

    async def fail(_):
        raise ZeroDivisionError

    monkeypatch.setattr(searches, "index_article", fail)
    before = await make.everything()
    with pytest.raises(ZeroDivisionError):
        await articles.approve_article(manager, version_id=draft.id, version=1)
    assert await make.everything() == before


async def kept() -> list[tuple[str, str, int]]:
    rows = await UnfoundSearch.all().order_by("id")
    return [(row.phrase, row.locale, row.times) for row in rows]


async def test_what_is_not_found_is_counted_by_day_and_language_without_saying_who(db):
    await library()
    customer, officer = await make.customer(), await make.signed_in(await make.staff())
    audited = await AuditEntry.all().count()
    for viewer, text in (
        (make.viewer(customer).speaking(Locale.ZH_CN), "怎么投诉？"),
        (make.visitor().speaking(Locale.ZH_CN), "怎么投诉"),
        (make.visitor().speaking(Locale.EN), "Bitcoin!"),
        (make.visitor(), "提前还款"),
        (make.visitor(), "？？"),
        (officer, "nobody wrote this"),
    ):
        await search_articles(viewer, text=text)
    assert await kept() == [("怎么投诉", Locale.ZH_CN, 2), ("bitcoin", Locale.EN, 1)]
    for row in await UnfoundSearch.all():
        assert (row.searched_on, row.created_at.hour, row.created_at.minute) == (make.TODAY, 0, 0)
    assert await AuditEntry.all().count() == audited, "an entry would say at what moment, and soon by whom"


@pytest.mark.parametrize(
    "text", ["138 1234 5678", "11010519491231002X", "卡号6222021234567890128", "一三八一二三四五六七八"]
)
async def test_what_looks_like_somebodys_number_is_never_kept(db, text):
    before = await make.everything()
    assert await found(text) == []
    assert await make.everything() == before


async def test_a_day_keeps_so_many_phrases_and_counts_what_it_has(db, monkeypatch):
    monkeypatch.setattr(searches, "MOST_UNFOUND_A_DAY", 2)
    for text in ("one", "two", "three", "two"):
        await found(text)
    assert [(phrase, times) for phrase, _, times in await kept()] == [("one", 1), ("two", 2)]
    make.clock.business_date = make.TODAY + DAY
    await make.travel_to(make.TODAY + DAY)
    await found("three")
    assert len(await kept()) == 3


async def test_those_who_write_read_what_is_missing_most_often_first(db):
    for text, times in (("complaint", 2), ("bitcoin", 1), ("annual report", 3)):
        for _ in range(times):
            await found(text)
    await make.travel_to(make.TODAY + 2 * DAY)
    for _ in range(2):
        await found("bitcoin")
    marketer = await teaching.marketer()
    listed = await unfound_searches(marketer, days=3)
    assert [(each.phrase, each.times, each.last_on) for each in listed.phrases] == [
        ("annual report", 3, make.TODAY),
        ("bitcoin", 3, make.TODAY + 2 * DAY),
        ("complaint", 2, make.TODAY),
    ]
    recent = await unfound_searches(marketer, days=2)
    assert (recent.since, [(each.phrase, each.times) for each in recent.phrases]) == (
        make.TODAY + DAY,
        [("bitcoin", 2)],
    )
    for role in (Role.OFFICER, Role.ADMIN):
        assert not (await unfound_searches(await make.signed_in(await make.staff(role=role)), days=9)).phrases


async def test_words_follow_their_row_whatever_happens_to_it(db):
    version = await teaching.published(title_en="Squirrel")
    connection = get_connection("default")
    await connection.execute_query("UPDATE article_words SET title_words = 'hedgehog'")
    assert (await found("squirrel"), await found("hedgehog")) == ([], [version.id])
    await connection.execute_query("DELETE FROM article_words")
    assert await found("hedgehog") == []


async def test_many_who_look_for_the_same_at_once_are_all_counted(db):
    await asyncio.gather(*(found("bitcoin") for _ in range(10)))
    assert await kept() == [("bitcoin", make.visitor().locale, 10)]
