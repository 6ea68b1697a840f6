"""Causes and what is done about them, as managers keep them."""

from datetime import timedelta
from itertools import count
from typing import Any

from models import Case, CaseCause, Cause, Customer, ImprovementAction, Viewer
from resolvers.service import case_answers, causes, improvements
from rules.people.access import Role
from rules.service.cases import CaseOutcome
from tests import complaining, make

_numbers = count(1)
DAY = timedelta(days=1)


async def managers() -> tuple[Viewer, Viewer]:
    """Two of them."""
    return await make.two_managers()


async def group(code: str | None = None) -> Cause:
    """A group that one proposed and another approved."""
    return await cause(code=code, in_group=False)


async def cause(parent: Cause | None = None, *, code: str | None = None, in_group: bool = True) -> Cause:
    """A cause that one proposed and another approved, in a group."""
    first, second = await managers()
    parent = parent or (await group() if in_group else None)
    proposed = await causes.propose_cause(
        first,
        code=code or f"CAUSE{next(_numbers)}",
        name_zh="重复扣款",
        name_en="Debited twice",
        parent_id=None if parent is None else parent.id,
    )
    return await causes.approve_cause(second, cause_id=proposed.id)


async def used_since(cause: Cause, days: int = 365) -> None:
    """Let it have a history."""
    await Cause.filter(id=cause.id).update(since=make.TODAY - days * DAY)


async def case_of(
    cause: Cause,
    customer: Customer | None = None,
    days_ago: int = 0,
    outcome: CaseOutcome = CaseOutcome.UPHELD,
    **said: Any,
) -> Case:
    """A complaint that was answered with this cause, some days ago."""
    case = await complaining.case(customer, **said)
    officer = await complaining.answerer(case)
    answer = {"outcome": outcome, "answer": "您说得对。", "cause_id": cause.id}
    decided = await case_answers.decide_case(officer, case_id=case.id, **answer)
    if days_ago:
        await CaseCause.filter(case_id=case.id).update(found_on=make.TODAY - days_ago * DAY)
    return decided


async def action(cause: Cause, **changed: Any) -> ImprovementAction:
    """What a manager has somebody do about it."""
    owner = changed.pop("owner", None) or await make.staff(role=Role.MANAGER)
    said = {"words": "Check twice.", "due_on": make.TODAY + 28 * DAY, "expected_percent": 50, **changed}
    return await improvements.open_improvement((await managers())[0], cause_id=cause.id, owner_id=owner.id, **said)


async def done(cause: Cause, days_ago: int = 0) -> ImprovementAction:
    """Something that was done about it, some days ago."""
    opened, (manager, _) = await action(cause), await managers()
    await improvements.begin_improvement(manager, action_id=opened.id)
    finished = await improvements.finish_improvement(manager, action_id=opened.id, proof="See the release notes.")
    await ImprovementAction.filter(id=opened.id).update(ended_on=make.TODAY - days_ago * DAY)
    return finished
