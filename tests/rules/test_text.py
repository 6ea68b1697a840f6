import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.text import find_forbidden, is_ideograph_to_come


@pytest.mark.parametrize("text", ["", "plain", "two\nlines\tand a tab", "李雷，您好！", "🎉👨‍👩‍👧", "é e\u0301", "𠮷"])
def test_what_people_write_is_clean(text):
    assert find_forbidden(text) is None


@pytest.mark.parametrize(
    "character",
    [
        "\x00", "\x07", "\r", "\x1b", "\x7f", "\x85", "\x9f",
        "\u061c", "\u200e", "\u200f", *map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A)),
        "\ud800", "\ufffe", "\ufdd0", "\u0378", "\U000e0fff", "\U0002ffff",
    ],
)  # fmt: skip
def test_controls_directions_halves_and_unassigned_characters_are_found(character):
    assert find_forbidden(character) == character
    assert find_forbidden(f"李{character}雷") == character


def test_the_first_of_several_is_given():
    assert find_forbidden("a\u0378b\x00") == "\u0378"
    assert find_forbidden("a\x00b\u0378") == "\x00"


@pytest.mark.parametrize("character", ["\U000323b0", "\U0002ebf0", "\U0001fadc"])
def test_ideographs_and_pictographs_newer_than_our_tables_are_clean(character):
    assert find_forbidden(character) is None


def test_the_planes_of_ideographs_end_before_their_noncharacters():
    assert is_ideograph_to_come("\U00020000")
    assert is_ideograph_to_come("\U0003fffd")
    assert not is_ideograph_to_come("\U0002fffe")
    assert not is_ideograph_to_come("\U00040000")
    assert not is_ideograph_to_come("一")


@given(st.text())
def test_what_is_found_is_in_the_text(text):
    found = find_forbidden(text)
    assert found is None or (found in text and find_forbidden(text[: text.index(found)]) is None)
