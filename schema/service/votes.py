"""Whether an article helped."""

from __future__ import annotations

import models
from resolvers.service import votes
from rules.people.access import CUSTOMERS
from schema.context import Info
from schema.declarations import Input, Node, id_of, input, mutation, node


@node(models.ArticleVote)
class ArticleVote(Node):
    """What you think of a version; nobody else sees it, staff read sums."""

    is_helpful: bool
    """Whether it helped."""


@input
class VoteOnArticleInput(Input):
    """What you think of which version."""

    version_id: int = id_of(models.ArticleVersion)
    """The one that you were shown."""
    is_helpful: bool
    """Whether it helped."""


@mutation(allow=CUSTOMERS)
async def vote_on_article(info: Info, input: VoteOnArticleInput) -> models.ArticleVersion:
    """Say whether an article helped; saying it again changes it."""
    return await votes.vote_on_article(info.context.viewer, **input.values())
