"""What is looked at in a sentence: its characters in a row, in Chinese, and its words and parts of words, in English."""

import itertools
import re
from collections.abc import Iterator

from insights.service.characters import simplified
from rules.service.searches import normalised

LONGEST = 600
"""So many characters of a sentence are looked at, the first ones."""
_CHINESE = re.compile("[\u3400-\u9fff]")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_SIGNS = re.compile(r"[^\w?]+|_")


def written(text: str) -> str:
    """Write a sentence in one way: half width, small letters, simplified characters."""
    return simplified(normalised(text[:LONGEST])).replace("’", "'")


def language_of(text: str) -> str:
    """Say by which model a sentence is read: the Chinese one as soon as there is a Chinese character in it."""
    return "zh-CN" if _CHINESE.search(text) else "en"


def features(text: str, language: str) -> list[str]:
    """Give what is looked at, each once, in the order in which it stands there."""
    plain = _SIGNS.sub(" ", _DIGITS.sub("0", written(text).replace("'", ""))).strip()
    found = _chinese(plain.replace(" ", "")) if language == "zh-CN" else _english(plain)
    return list(dict.fromkeys(found))


def _chinese(text: str) -> Iterator[str]:
    framed = f"^{text}$"
    for length in (1, 2, 3):
        yield from (framed[start : start + length] for start in range(len(framed) - length + 1))


def _english(text: str) -> Iterator[str]:
    words = text.replace("?", " ?").split()
    yield from words
    yield from (f"{first} {second}" for first, second in itertools.pairwise(["^", *words, "$"]))
    for word in words:
        framed = f"<{word}>"
        for length in (3, 4, 5):
            if len(word) >= length:
                yield from (f"_{framed[start : start + length]}" for start in range(len(framed) - length + 1))
