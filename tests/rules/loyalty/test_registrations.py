from datetime import UTC, datetime, timedelta

import pytest

from rules.loyalty.registrations import (
    DoorsClosed,
    EventBegan,
    RegistrationClosed,
    check_before,
    check_doors,
    check_registers,
    held_until,
    waits_behind,
)

START = datetime(2026, 3, 26, 4, tzinfo=UTC)
END = START + timedelta(hours=2)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


def test_one_registers_until_registration_closes():
    check_registers(START - SECOND, START)
    with pytest.raises(RegistrationClosed) as refused:
        check_registers(START, START)
    assert refused.value.closes_at == START


def test_nothing_is_changed_once_the_event_has_begun():
    check_before(START - SECOND, START)
    with pytest.raises(EventBegan):
        check_before(START, START)


@pytest.mark.parametrize("now", [START - HOUR, START, END - SECOND])
def test_people_are_checked_in_from_an_hour_before_until_the_end(now):
    check_doors(now, START, END)


@pytest.mark.parametrize("now", [START - HOUR - SECOND, END])
def test_nobody_is_checked_in_outside(now):
    with pytest.raises(DoorsClosed) as refused:
        check_doors(now, START, END)
    assert (refused.value.opens_at, refused.value.closes_at) == (START - HOUR, END)


def test_a_seat_is_held_for_a_day_and_not_beyond_the_beginning():
    assert held_until(START - 30 * HOUR, START) == START - 6 * HOUR
    assert held_until(START - 24 * HOUR, START) == START
    assert held_until(START - 5 * HOUR, START) == START


@pytest.mark.parametrize(("no_shows", "behind"), [(0, False), (1, False), (2, True), (5, True)])
def test_who_stayed_away_twice_waits_behind(no_shows, behind):
    assert waits_behind(no_shows) is behind
