"""Whether an article helped: one word of each customer and version, and sums for staff."""

import asyncio

import pytest

from models import ArticleVote
from resolvers.service import lessons
from resolvers.service.articles import article_figures
from resolvers.service.votes import vote_on_article
from rules.errors import NotFound
from rules.people.access import Role
from rules.service.articles import ArticleAudience
from tests import make, teaching


async def vote(customer, version, is_helpful):
    return await vote_on_article(make.viewer(customer), version_id=version.id, is_helpful=is_helpful)


async def figures(version):
    counted = await article_figures(await teaching.marketer(), article_id=version.article_id)
    return [(each.version.number, each.helpful, each.not_helpful, each.completed) for each in counted.versions]


async def test_a_customer_has_one_word_on_each_version_and_can_take_it_back(db):
    first = await teaching.published()
    people = [await make.customer() for _ in range(3)]
    for customer in people:
        assert (await vote(customer, first, True)).id == first.id
    await vote(people[0], first, False)
    await vote(people[0], first, False)
    second = await teaching.revised(first.article_id)
    await vote(people[0], second, True)
    assert await figures(first) == [(1, 2, 1, 0), (2, 1, 0, 0)]
    assert await ArticleVote.all().count() == 4


async def test_completions_are_counted_by_the_version_that_was_shown(db):
    lesson = await teaching.lesson()
    for _ in range(2):
        viewer = make.viewer(await make.customer())
        await lessons.complete_lesson(viewer, version_id=lesson.id, answers=teaching.RIGHT)
    await teaching.revised(lesson.article_id)
    assert await figures(lesson) == [(1, 0, 0, 2), (2, 0, 0, 0)]


async def test_only_he_himself_sees_what_somebody_thinks(db):
    version, branch = await teaching.published(), await make.branch()
    customer, neighbour = await make.customer(branch=branch), await make.customer(branch=branch)
    await vote(customer, version, True)
    assert await ArticleVote.visible_to(make.viewer(customer)).count() == 1
    others = [
        await make.signed_in(await make.staff(role=role, branches=[branch])) for role in (Role.OFFICER, Role.MANAGER)
    ]
    others += [await make.signed_in(await make.staff(role=role)) for role in (Role.AUDITOR, Role.MARKETER, Role.ADMIN)]
    for viewer in [make.viewer(neighbour), make.visitor(), *others]:
        assert not await ArticleVote.visible_to(viewer).exists(), viewer.role


async def test_what_he_does_not_see_he_has_no_word_on(db):
    customer, draft = await make.customer(), await teaching.written()
    for_staff = await teaching.published(audience=ArticleAudience.STAFF)
    before = await make.everything()
    for version in (draft, for_staff):
        with pytest.raises(NotFound):
            await vote(customer, version, True)
    assert await make.everything() == before
    with pytest.raises(NotFound):
        await article_figures(await make.signed_in(await make.staff()), article_id=draft.article_id)


async def test_the_same_at_once_is_one_word(db):
    customer, version = await make.customer(), await teaching.published()
    await asyncio.gather(*(vote(customer, version, number % 2 == 0) for number in range(8)))
    assert await ArticleVote.all().count() == 1
