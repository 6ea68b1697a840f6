"""Gates: closed by what fails, opened by one that does not, and nobody storms them."""

import pytest

from notifications.channels.gates import Gate


class Post:
    """A gate, and the time at it."""

    def __init__(self, closes_after: int = 3, chance: float = 1.0) -> None:
        self.now = 0.0
        self.gate = Gate(
            closes_after=closes_after,
            first_pause=1,
            longest_pause=10,
            monotonic=lambda: self.now,
            chance=lambda: chance,
        )

    def pass_by(self, went_well: bool | None) -> None:
        self.gate.leave(went_well=went_well, is_trying=self.gate.enter())

    def close(self) -> None:
        while not self.gate.is_closed:
            self.pass_by(False)


def test_single_failures_close_nothing():
    post = Post()
    for went_well in (False, False, True, False, False, True, False, None, False):
        post.pass_by(went_well)
    assert post.gate.lets_pass
    post.pass_by(False)
    assert not post.gate.lets_pass
    assert post.gate.wait_seconds == 1


def test_one_at_a_time_tries_a_closed_gate():
    post = Post()
    post.close()
    post.now += 1
    assert post.gate.lets_pass
    is_trying = post.gate.enter()
    assert is_trying
    assert not post.gate.lets_pass
    assert post.gate.wait_seconds == 0, "it is not time that is waited for"
    with pytest.raises(AssertionError, match="closed gate"):
        post.gate.enter()
    post.gate.leave(went_well=True, is_trying=is_trying)
    assert post.gate.lets_pass
    assert not post.gate.is_closed


def test_pauses_double_up_to_the_longest_and_begin_anew():
    post, pauses = Post(), []
    post.close()
    for _ in range(6):
        pauses.append(post.gate.wait_seconds)
        post.now += post.gate.wait_seconds
        post.pass_by(False)
    assert pauses == [1, 2, 4, 8, 10, 10]
    post.now += post.gate.wait_seconds
    post.pass_by(True)
    post.close()
    assert post.gate.wait_seconds == 1


def test_a_pause_is_anything_up_to_its_length():
    post = Post(chance=0.25)
    post.close()
    assert post.gate.wait_seconds == 0.25


def test_those_that_were_on_their_way_make_no_pause_longer():
    post = Post()
    on_their_way = [post.gate.enter() for _ in range(5)]
    post.close()
    pause = post.gate.wait_seconds
    for is_trying in on_their_way:
        post.gate.leave(went_well=False, is_trying=is_trying)
    assert post.gate.wait_seconds == pause


def test_one_that_was_on_its_way_and_arrives_opens_it():
    post = Post()
    is_trying = post.gate.enter()
    post.close()
    post.gate.leave(went_well=True, is_trying=is_trying)
    assert not post.gate.is_closed


def test_a_try_that_tells_nothing_makes_room_for_the_next():
    post = Post()
    post.close()
    post.now += 1
    post.pass_by(None)
    assert post.gate.lets_pass
    assert post.gate.is_closed


def test_who_asks_for_silence_gets_it_and_the_longer_wish_counts():
    post = Post()
    post.gate.shut_for(30)
    post.gate.shut_for(5)
    assert post.gate.wait_seconds == 30
    assert not post.gate.lets_pass
    post.now += 30
    assert post.gate.lets_pass
    assert not post.gate.is_closed
