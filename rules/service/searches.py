"""Words to be found, and words that are looked for: one way to cut a text, for writing and for asking.

Chinese, Japanese and Korean run without spaces, so what stands in a run is every two characters in a row (and each by
itself, so that a single one can be asked for). Everything else is cut into words, in lower case and without accents.
What is cut holds letters and digits only: nothing in it means anything to a database.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterator

MOST_ASKED = 24
"""So many words of a question are looked for, the first ones."""
LONGEST_WORD = 40
LONGEST_PHRASE = 60
"""What is longer speaks of who asked, more than of what was missing."""
MOST_FOUND = 20
MOST_UNFOUND = 50
"""So many phrases are shown of what was looked for in vain."""
MOST_DIGITS = 6
"""A phone number has at least seven, a card or an identity number many more."""

_RUN = re.compile(
    "([\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]+)"
)
_CHINESE_DIGITS = frozenset("〇零一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖")
_FUNCTION_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "by",
        "can",
        "do",
        "does",
        "for",
        "from",
        "how",
        "i",
        "if",
        "in",
        "is",
        "it",
        "me",
        "my",
        "of",
        "on",
        "or",
        "our",
        "so",
        "the",
        "this",
        "to",
        "was",
        "we",
        "what",
        "when",
        "where",
        "which",
        "who",
        "why",
        "will",
        "with",
        "you",
        "your",
    ]
)
"""English words that stand in every text."""


def normalised(text: str) -> str:
    """Write a text in one way: full width as half, capitals as small letters, no accents."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    bare = "".join(each for each in unicodedata.normalize("NFD", folded) if unicodedata.category(each) != "Mn")
    return unicodedata.normalize("NFC", bare).casefold()


def index_words(text: str) -> str:
    """Give every word of a text by which it can be found, each once, between spaces."""
    words: set[str] = set()
    for part, is_run in _parts(text):
        words |= {*part, *_pairs(part)} if is_run else {part[:LONGEST_WORD]}
    return " ".join(sorted(words))


def asked_words(text: str) -> tuple[str, ...]:
    """Give the words of a question, each once, `MOST_ASKED` at most; none where it has no letter and no digit.

    What stands in every English text is left out, unless there is nothing else.
    """
    words: dict[str, None] = {}
    for part, is_run in _parts(text):
        words |= dict.fromkeys((_pairs(part) or [part]) if is_run else [part[:LONGEST_WORD]])
    telling = [word for word in words if word not in _FUNCTION_WORDS]
    return tuple((telling or list(words))[:MOST_ASKED])


def fewest_matched(asked: int) -> int:
    """Say how many of so many words a text must have to be found: half of them."""
    return (asked + 1) // 2


def phrase_to_keep(text: str) -> str | None:
    """Give a question as it may be kept without saying who asked; None where it may not be, or says nothing.

    Whatever has as many digits as a phone number is not kept, in whichever script and however they are parted, nor is
    an address of electronic mail, nor what is long.
    """
    phrase = " ".join(part for part, _ in _parts(text))
    digits = sum(each.isdigit() or each.isnumeric() or each in _CHINESE_DIGITS for each in normalised(text))
    if not phrase or len(phrase) > LONGEST_PHRASE or digits > MOST_DIGITS or "@" in normalised(text):
        return None
    return phrase


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """Cut a text into words and runs; says which is which."""
    written = "".join(each if each.isalnum() else " " for each in normalised(text))
    for word in written.split():
        for number, part in enumerate(_RUN.split(word)):
            if part:
                yield part, number % 2 == 1


def _pairs(run: str) -> list[str]:
    return [first + second for first, second in itertools.pairwise(run)]
