"""Branches."""

from __future__ import annotations

import models
from rules.people.kinds import in_language
from schema.declarations import LOCALE, Node, children, computed, node, root


@node(models.Branch)
class Branch(Node):
    """A place of the lender's that looks after customers."""

    code: str
    """Short and stable, such as SH01."""
    name: str = computed(in_language, "name_zh", "name_en", LOCALE)
    """In the viewer's language."""


@root
class BranchRoot:
    branches: list[Branch] = children(order_by="code")
    """All branches: an application may name the one that is to look after it."""
