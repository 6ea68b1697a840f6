"""Whether an article helped."""

from models import ArticleVersion, ArticleVote, Viewer
from models.database import one_at_a_time, transaction
from rules.errors import NotFound


async def vote_on_article(viewer: Viewer, *, version_id: int, is_helpful: bool) -> ArticleVersion:
    """Say whether a version helped; saying it again changes it. Raises `NotFound`."""
    assert viewer.customer_id is not None, "customers say what helped them"
    async with transaction(viewer, "vote_on_article") as unit:
        version = await ArticleVersion.visible_to(viewer).get_or_none(id=version_id)
        if version is None:
            raise NotFound
        unit.subject = version
        await one_at_a_time(f"vote:{version.id}:{viewer.actor}")
        vote = await ArticleVote.get_or_none(version_id=version.id, customer_id=viewer.customer_id)
        vote = vote or ArticleVote(version_id=version.id, customer_id=viewer.customer_id)
        vote.is_helpful = is_helpful
        await vote.save()
        return version
