"""Branches."""

from models import Branch, Viewer
from models.database import transaction
from rules.people.access import ADMINS, Role


async def create_branch(viewer: Viewer, *, code: str, name_zh: str, name_en: str) -> Branch:
    """Open a branch; the first one is where customers who name none are looked after."""
    assert viewer.role in ADMINS | {Role.SYSTEM}, "branches are made by admins"
    async with transaction(viewer, "create_branch") as unit:
        is_first = not await Branch.exists(is_default=True)
        branch = await Branch.create(code=code, name_zh=name_zh, name_en=name_en, is_default=is_first)
        unit.subject = branch
        return branch
