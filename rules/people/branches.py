"""What a branch needs."""

from dataclasses import dataclass

from rules.errors import Refused


@dataclass(eq=False)
class BranchCodeTaken(Refused):
    """Another branch has this code."""

    code = "BRANCH_CODE_TAKEN"
    path = ("code",)
