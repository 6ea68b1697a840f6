"""What the house sees by itself: a cause that is more frequent than its history explains."""

from collections import defaultdict
from datetime import date

from tortoise.functions import Count

from models import Branch, CaseCause, Cause, ImprovementAction, Viewer
from models.database import locked, transaction
from rules.service.cases import CaseKind, CaseStatus
from rules.service.cause_spikes import LOOKED_BACK, Spike, Watched, spikes
from rules.service.improvements import (
    DETECTED_DUE_AFTER,
    IMPROVEMENT_MOVES,
    QUIET_AFTER,
    UNDER_WAY,
    fall_back,
    hundredths,
)


async def look_for_spikes(viewer: Viewer, on: date) -> int:
    """Open an action for every cause that is more frequent than before, unless one is under way or ended lately.

    Gives how many were opened; harmless to repeat.
    """
    active = Cause.filter(is_active=True, parent_id__isnull=False)
    since = {row.id: row.since async for row in active if row.since is not None}
    branches = await Branch.all().count()
    found = spikes(await _counts(on), since, branches, on)
    return sum([await _open(viewer, on, spike) for spike in found])


async def _counts(on: date) -> dict[Watched, dict[date, int]]:
    """Count complaints until yesterday by cause, branch and day; one statement."""
    of_complaints = CaseCause.filter(
        found_on__gte=on - LOOKED_BACK,
        found_on__lt=on,
        case__kind=CaseKind.COMPLAINT,
        case__status__not=CaseStatus.MERGED,
    )
    columns = ("cause_id", "customer__branch_id", "found_on")
    counts = defaultdict[Watched, dict[date, int]](dict)
    grouped = of_complaints.annotate(count=Count("id")).group_by(*columns)
    for cause, branch, day, count in await grouped.values_list(*columns, "count"):
        counts[Watched(cause, branch)][day] = count
    return counts


async def _open(viewer: Viewer, on: date, spike: Spike[Watched]) -> bool:
    cause_id = spike.key.cause_id
    async with transaction(viewer, "open_improvement_for_spike") as unit:
        await locked(Cause, viewer, cause_id)
        of_cause = ImprovementAction.filter(cause_id=cause_id)
        is_known = await of_cause.filter(status__in=list(UNDER_WAY)).exists()
        if is_known or await of_cause.filter(ended_on__gt=on - QUIET_AFTER).exists():
            return False
        unit.subject = await ImprovementAction.create(
            cause_id=cause_id,
            branch_id=spike.key.branch_id,
            status=IMPROVEMENT_MOVES.initial,
            due_on=on + DETECTED_DUE_AFTER,
            expected_percent=fall_back(spike.seen, spike.usual),
            seen=spike.seen,
            window_days=spike.days,
            usual_hundredths=hundredths(spike.usual),
        )
        return True
