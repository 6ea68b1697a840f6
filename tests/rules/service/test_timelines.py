from dataclasses import replace
from datetime import UTC, datetime, timedelta

from rules.service.timelines import MERGED_WITHIN, TimelineActor, TimelineEntry, TimelineKind, merged

NOON = datetime(2026, 3, 16, 4, tzinfo=UTC)
ENTRY = TimelineEntry(TimelineKind.MESSAGE, TimelineActor.CUSTOMER, NOON, NOON, "a", "Message")


def before(delay: timedelta, node_id: str, **changed: object) -> TimelineEntry:
    return replace(ENTRY, happened_at=NOON - delay, node_id=node_id, **changed)  # type: ignore[arg-type]


def test_repeats_are_one_as_long_as_they_are_within_ten_minutes_of_the_newest():
    second = timedelta(seconds=1)
    entries = [ENTRY, before(MERGED_WITHIN - second, "b"), before(MERGED_WITHIN, "c"), before(MERGED_WITHIN * 2, "d")]
    assert [(entry.node_id, entry.count) for entry in merged(entries)] == [("a", 2), ("c", 1), ("d", 1)]


def test_what_another_did_or_says_otherwise_is_told_for_itself():
    minute = timedelta(minutes=1)
    for changed in ({"actor": TimelineActor.STAFF}, {"kind": TimelineKind.CASE}, {"summary": "Consent: given"}):
        assert len(merged([ENTRY, before(minute, "b", **changed), before(minute * 2, "c")])) == 3
    assert merged([]) == []
