"""Articles: written by one, published by another; what readers see of them, and when."""

from datetime import timedelta

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError

from models import Article, ArticleVersion, ArticleWords, LessonChoice, LessonPage, LessonQuestion
from resolvers.service import articles
from rules.errors import Conflict, NotFound
from rules.people.access import ALL_STAFF, EVERYONE, Role
from rules.people.staff import SamePerson
from rules.products.states import ProposalStatus
from rules.service.articles import ArticleAudience, ArticleCategory, ArticleDatesWrong, ArticleKind, ArticleStatus
from rules.service.lessons import LessonIncomplete
from rules.states import NotPossibleNow
from tests import make, teaching

DAY = timedelta(days=1)
WRITERS = {Role.MARKETER, Role.MANAGER, Role.AUDITOR}


async def somebody(role: Role):
    if role is Role.VISITOR:
        return make.visitor()
    if role is Role.CUSTOMER:
        return make.viewer(await make.customer())
    return await make.signed_in(await make.staff(role=role))


async def readers(article_id: int) -> set[Role]:
    """Who sees an article and its current version."""
    found = set()
    for role in EVERYONE:
        viewer = await somebody(role)
        sees = await Article.visible_to(viewer).filter(id=article_id).exists()
        versions = ArticleVersion.visible_to(viewer).filter(article_id=article_id)
        assert await versions.exists() == sees
        if sees:
            found.add(role)
    return found


async def test_a_draft_is_read_once_a_manager_who_did_not_write_it_has_approved_it(db):
    draft = await teaching.written()
    assert (draft.number, draft.version, draft.status) == (1, 1, ProposalStatus.PROPOSED)
    assert await readers(draft.article_id) == WRITERS
    published = await teaching.approved(draft)
    assert (published.status, published.is_current) == (ProposalStatus.APPROVED, True)
    assert await readers(draft.article_id) == EVERYONE
    article = await Article.get(id=draft.article_id)
    assert (article.status, article.category) == (ArticleStatus.PUBLISHED, ArticleCategory.REPAYING)
    assert article.review_on == make.TODAY + timedelta(days=180)


async def test_what_is_for_staff_is_read_by_staff(db):
    version = await teaching.lesson(ArticleAudience.STAFF)
    assert await readers(version.article_id) == ALL_STAFF
    for role, count in ((Role.OFFICER, 2), (Role.CUSTOMER, 0), (Role.VISITOR, 0)):
        viewer = await somebody(role)
        assert await LessonPage.visible_to(viewer).count() == count
        assert await LessonQuestion.visible_to(viewer).count() == count


async def test_nobody_publishes_or_declines_what_he_wrote_himself_not_even_by_another_account(db):
    person = await make.customer()
    one, other = [await make.signed_in(await make.staff(role=Role.MANAGER, customer_id=person.id)) for _ in range(2)]
    words = {"kind": ArticleKind.ARTICLE, "audience": ArticleAudience.CUSTOMERS, "draft": teaching.draft()}
    version = await articles.write_article(one, **words)
    before = await make.everything()
    for viewer in (one, other):
        for decide in (articles.approve_article, articles.decline_article):
            with pytest.raises(SamePerson):
                await decide(viewer, version_id=version.id, version=1)
    assert await make.everything() == before
    with pytest.raises(IntegrityError):
        async with make.unit() as unit:
            decided = {"decided_by_id": one.staff_id, "decided_at": unit.now, "status": ProposalStatus.APPROVED}
            await ArticleVersion.filter(id=version.id).update(**decided)


async def test_a_draft_is_written_anew_by_whoever_saw_it_as_it_is(db):
    draft = await teaching.written()
    first, second = await teaching.manager(), await teaching.manager()
    anew = teaching.draft(title_en="Paying early")
    with pytest.raises(Conflict) as stale:
        await articles.revise_article(first, article_id=draft.article_id, draft=anew)
    assert stale.value.current_version == 1
    again = await articles.revise_article(first, article_id=draft.article_id, version=1, draft=anew)
    assert (again.id, again.number, again.version, again.title_en) == (draft.id, 1, 2, "Paying early")
    before = await make.everything()
    with pytest.raises(SamePerson):
        await articles.approve_article(first, version_id=draft.id, version=2)
    with pytest.raises(Conflict):
        await articles.approve_article(second, version_id=draft.id, version=1)
    assert await make.everything() == before
    await articles.approve_article(second, version_id=draft.id, version=2)
    with pytest.raises(NotPossibleNow):
        await articles.revise_article(first, article_id=draft.article_id, version=2, draft=anew)
    with pytest.raises(NotPossibleNow):
        await articles.approve_article(second, version_id=draft.id, version=2)


async def test_a_published_version_stays_as_it_was_until_and_after_another_takes_its_place(db):
    first = await teaching.published()
    said = {**vars(await ArticleVersion.get(id=first.id))}
    marketer, customer = await teaching.marketer(), make.viewer(await make.customer())
    changed = teaching.draft(title_en="Paying early", category=ArticleCategory.COSTS)
    second = await articles.revise_article(marketer, article_id=first.article_id, draft=changed)
    assert (second.number, second.is_current) == (2, False)
    assert [row.id for row in await ArticleVersion.visible_to(customer)] == [first.id]
    assert (await Article.get(id=first.article_id)).category is ArticleCategory.REPAYING
    await teaching.approved(second)
    rows = await ArticleVersion.visible_to(customer).order_by("number")
    assert [(row.number, row.is_current) for row in rows] == [(1, False), (2, True)]
    kept = {**vars(rows[0])}
    assert {name for name in kept if not name.startswith("_") and kept[name] != said[name]} == {"is_current"}
    assert (await Article.get(id=first.article_id)).category is ArticleCategory.COSTS


@pytest.mark.parametrize("change", ["title_zh = 'x'", "body_en = 'x'", "status = 'DECLINED'", "number = 9"])
async def test_the_database_itself_keeps_what_was_published(db, change):
    version = await teaching.published()
    before = await make.everything()
    with pytest.raises(IntegrityError, match="kept"):
        async with make.unit():
            await get_connection("default").execute_query(f"UPDATE article_version SET {change}")
    with pytest.raises(IntegrityError, match="kept"):
        async with make.unit():
            await ArticleVersion.filter(id=version.id).delete()
    assert await make.everything() == before


async def test_what_was_declined_is_never_read_and_another_draft_can_follow(db):
    draft, manager = await teaching.written(), await teaching.manager()
    declined = await articles.decline_article(manager, version_id=draft.id, version=1)
    assert declined.status is ProposalStatus.DECLINED
    assert await readers(draft.article_id) == WRITERS
    assert not await ArticleWords.exists()
    again = await teaching.revised(draft.article_id)
    assert (again.number, again.is_current) == (2, True)
    customer = make.viewer(await make.customer())
    assert [row.number for row in await ArticleVersion.visible_to(customer)] == [2]


async def test_what_is_withdrawn_is_read_by_nobody_until_another_version_is_published(db):
    version, manager = await teaching.published(), await teaching.manager()
    withdrawn = await articles.withdraw_article(manager, article_id=version.article_id)
    assert withdrawn.status is ArticleStatus.WITHDRAWN
    assert await readers(version.article_id) == WRITERS
    assert not await ArticleWords.exists()
    before = await make.everything()
    with pytest.raises(NotPossibleNow):
        await articles.withdraw_article(manager, article_id=version.article_id)
    assert await make.everything() == before
    await teaching.revised(version.article_id)
    assert await readers(version.article_id) == EVERYONE
    assert await ArticleWords.all().count() == 1


async def test_from_its_last_day_on_a_text_is_hidden_from_all_who_do_not_write(db):
    version = await teaching.published(expires_on=make.TODAY + 2 * DAY)
    make.clock.business_date = make.TODAY + DAY
    assert await readers(version.article_id) == EVERYONE
    make.clock.business_date = make.TODAY + 2 * DAY
    assert await readers(version.article_id) == WRITERS
    customer = make.viewer(await make.customer())
    assert not await LessonPage.visible_to(customer).exists()


async def test_what_is_not_whole_or_out_of_time_is_refused_and_nothing_is_kept(db):
    marketer, before = await teaching.marketer(), await make.everything()
    text = {"audience": ArticleAudience.CUSTOMERS}
    with pytest.raises(ArticleDatesWrong):
        late = teaching.draft(expires_on=make.TODAY)
        await articles.write_article(marketer, kind=ArticleKind.ARTICLE, draft=late, **text)
    with pytest.raises(LessonIncomplete):
        await articles.write_article(marketer, kind=ArticleKind.LESSON, draft=teaching.draft(), **text)
    with pytest.raises(LessonIncomplete):
        await articles.write_article(marketer, kind=ArticleKind.NEWS, draft=teaching.lesson_draft(), **text)
    with pytest.raises(NotFound):
        await articles.revise_article(marketer, article_id=999, draft=teaching.draft())
    assert await make.everything() == before


async def test_a_draft_whose_last_day_went_by_is_not_published(db):
    draft, manager = await teaching.written(expires_on=make.TODAY + DAY), await teaching.manager()
    await make.travel_to(make.TODAY + DAY)
    before = await make.everything()
    with pytest.raises(ArticleDatesWrong):
        await articles.approve_article(manager, version_id=draft.id, version=1)
    assert await make.everything() == before


async def test_a_lesson_written_anew_leaves_nothing_of_what_it_was(db):
    draft = await teaching.written(ArticleKind.LESSON)
    assert (await LessonPage.all().count(), await LessonChoice.all().count()) == (2, 5)
    less = teaching.lesson_draft(pages=teaching.PAGES[:1], questions=teaching.QUESTIONS[:1])
    await articles.revise_article(await teaching.manager(), article_id=draft.article_id, version=1, draft=less)
    assert (await LessonPage.all().count(), await LessonQuestion.all().count()) == (1, 1)
    choices = await LessonChoice.all().order_by("number")
    assert [(each.number, each.text_en, each.version_id) for each in choices] == [
        (1, "By day", draft.id),
        (2, "By visit", draft.id),
    ]


async def test_what_looks_like_html_is_kept_as_it_is(db):
    script = "<script>alert('hi')</script> & <b>"
    version = await teaching.published(title_en=script, body_zh=script)
    kept = await ArticleVersion.get(id=version.id)
    assert (kept.title_en, kept.body_zh) == (script, script)
