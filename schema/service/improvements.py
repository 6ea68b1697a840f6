"""What is done about causes."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import strawberry

import models
from resolvers.service import improvements
from rules.people.access import AUDITORS, IN_CHARGE, MANAGERS
from rules.people.reveal import ReasonTooShort
from rules.service.causes import CauseNotUsable
from rules.service.improvements import (
    Change,
    EffectVerdict,
    ImprovementDueDateWrong,
    ImprovementStatus,
    NotItsOwner,
    from_hundredths,
    is_overdue,
)
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import (
    TODAY,
    Connection,
    Input,
    Node,
    computed,
    connection,
    day,
    filter_of,
    id_of,
    input,
    matches,
    mutation,
    node,
    query,
    relation,
    root,
    text,
    value,
    whole,
)

if TYPE_CHECKING:
    from schema.people.branches import Branch
    from schema.people.staff import Staff
    from schema.service.causes import Cause


@node(models.ImprovementAction)
class ImprovementAction(Node):
    """Something that should make a cause rarer, opened by a manager, or by the house because the cause became more frequent."""

    status: ImprovementStatus
    """Where it stands."""
    words: str | None
    """What is to be done; null while only the house has seen that something should be."""
    due_on: date
    """By when, that day included."""
    is_overdue: bool = computed(is_overdue, "status", "due_on", TODAY)
    """Whether its day is over, and it has not ended."""
    expected_percent: int
    """By how many per cent the cause should fall."""
    seen: int | None
    """How often the house found the cause; null where a manager opened it."""
    window_days: int | None
    """In how many days; null likewise."""
    usual: Decimal | None = computed(from_hundredths, "usual_hundredths")
    """How often it would have been in so many days as in the half year before; null likewise."""
    proof: str | None
    """What shows that it is done; null unless it is."""
    dropped_because: str | None
    """Why it is not done; null unless it was dropped."""
    ended_on: date | None
    """When it was done, or dropped; null before. `improvementEffect` says what came of it."""
    created_at: datetime
    """When it was opened."""
    cause: Cause | None = relation("cause_id")
    """About which cause; never null to staff."""
    branch: Branch | None = relation("branch_id")
    """Where; null for the whole house."""
    owner: Staff | None = relation("responsible_id")
    """Who does it; null while nobody was named."""
    opened_by: Staff | None = relation("opened_by_id")
    """Who opened it; null for the house."""
    ended_by: Staff | None = relation("ended_by_id")
    """Who said that it is done, or dropped it; null before."""


@filter_of(models.ImprovementAction)
class ImprovementActionFilter:
    """Narrows a list of actions."""

    status: ImprovementStatus | None = matches("status")
    """Those that stand here."""
    cause: strawberry.ID | None = matches("cause_id", id_of=models.Cause)
    """Those about this cause."""
    owner: strawberry.ID | None = matches("responsible_id", id_of=models.Staff)
    """Those that this member of staff does."""


@root
class ImprovementActionRoot:
    improvement_actions: Connection[ImprovementAction] = connection(
        order_by="due_on", filter=ImprovementActionFilter, allow=IN_CHARGE | AUDITORS
    )
    """What is done about causes, those due first in front: of OPEN and IN_PROGRESS ones the overdue first."""


@value(Change)
class CauseChange:
    """By how many per cent a cause became more or, less than 0, less frequent, and between which bounds that lies with a probability of 95 %."""

    value: Decimal
    """Such as -42.86."""
    lowest: Decimal
    """The lower bound."""
    highest: Decimal | None
    """The upper bound; null where no number is too large."""


@value(improvements.ImprovementEffect)
class ImprovementEffectSuccess:
    """How frequent the cause of an action was before it was done, and after."""

    action: ImprovementAction
    """Which action."""
    cases_before: int
    """Complaints with the cause in the days before; where the action is about a branch, there."""
    days_before: int
    """In how many days, 90 at most: fewer where the cause is younger."""
    cases_after: int
    """Complaints with the cause since then."""
    days_after: int
    """In how many days, 90 at most, until yesterday."""
    change: CauseChange | None
    """How the rate of the days after compares; null where there were none before, or no day is over."""
    verdict: EffectVerdict
    """What can be said of it."""


@input
class ImprovementEffectInput(Input):
    """Of which action."""

    action_id: int = id_of(models.ImprovementAction)
    """One that is done."""


@query(allow=IN_CHARGE | AUDITORS, refusals=(NotPossibleNow,))
async def improvement_effect(info: Info, input: ImprovementEffectInput) -> improvements.ImprovementEffect:
    """Say whether a cause became rarer after something was done about it, counted now, over the whole house or its branch."""
    return await improvements.improvement_effect(info.context.viewer, **input.values())


@input
class OpenImprovementInput(Input):
    """What is to be done, about what, by whom and when."""

    cause_id: int = id_of(models.Cause)
    """A cause of the second level that is in use."""
    words: str = text(1, 2_000)
    """What is to be done."""
    owner_id: int = id_of(models.Staff)
    """Who does it: an officer or manager."""
    due_on: date = day()
    """By when: from today on, within a year."""
    expected_percent: int = whole(1, 100)
    """By how many per cent the cause should fall."""
    branch_id: int | None = id_of(models.Branch)
    """Where; nothing: in the whole house."""


@mutation(allow=MANAGERS, refusals=(CauseNotUsable, ImprovementDueDateWrong))
async def open_improvement(info: Info, input: OpenImprovementInput) -> models.ImprovementAction:
    """Have somebody do something about a cause."""
    return await improvements.open_improvement(info.context.viewer, **input.values())


@input
class AssignImprovementInput(Input):
    """Which action, and who does it by when."""

    action_id: int = id_of(models.ImprovementAction)
    """One that has not ended."""
    owner_id: int = id_of(models.Staff)
    """Who does it: an officer or manager."""
    due_on: date = day()
    """By when: from today on, within a year."""
    words: str | None = text(1, 2_000)
    """What is to be done; nothing: as it was."""
    expected_percent: int | None = whole(1, 100)
    """By how many per cent the cause should fall; nothing: as it was."""


@mutation(allow=MANAGERS, refusals=(NotPossibleNow, ImprovementDueDateWrong))
async def assign_improvement(info: Info, input: AssignImprovementInput) -> models.ImprovementAction:
    """Give an action to somebody, with a day."""
    return await improvements.assign_improvement(info.context.viewer, **input.values())


@input
class BeginImprovementInput(Input):
    """Which action."""

    action_id: int = id_of(models.ImprovementAction)
    """One that is open, and yours or nobody's; a manager begins any."""


@mutation(allow=IN_CHARGE, refusals=(NotPossibleNow, NotItsOwner))
async def begin_improvement(info: Info, input: BeginImprovementInput) -> models.ImprovementAction:
    """Begin; what nobody has becomes yours."""
    return await improvements.begin_improvement(info.context.viewer, **input.values())


@input
class FinishImprovementInput(Input):
    """Which action, and what shows that it is done."""

    action_id: int = id_of(models.ImprovementAction)
    """One in progress that is yours; a manager finishes any."""
    proof: str = text(1, 2_000)
    """What was done, and where one can see it."""


@mutation(allow=IN_CHARGE, refusals=(NotPossibleNow, NotItsOwner))
async def finish_improvement(info: Info, input: FinishImprovementInput) -> models.ImprovementAction:
    """Say that it is done; from now on it is measured whether it helped."""
    return await improvements.finish_improvement(info.context.viewer, **input.values())


@input
class DropImprovementInput(Input):
    """Which action, and why."""

    action_id: int = id_of(models.ImprovementAction)
    """One that has not ended."""
    reason: str = text(1, 500)
    """Why; colleagues read it."""


@mutation(allow=MANAGERS, refusals=(NotPossibleNow, ReasonTooShort))
async def drop_improvement(info: Info, input: DropImprovementInput) -> models.ImprovementAction:
    """Leave it; the house opens none about this cause for four weeks."""
    return await improvements.drop_improvement(info.context.viewer, **input.values())
