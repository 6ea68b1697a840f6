"""How alike two cases are: by the words of what was said, those that few have counting for more."""

from collections import Counter
from collections.abc import Mapping

MOST_SIMILAR = 5
MOST_COMPARED = 200
"""So many cases are looked at, the latest ones."""


def ranked(words: frozenset[str], others: Mapping[int, frozenset[str]]) -> list[tuple[int, int]]:
    """Give those that share words, the most alike first, and how many they share; the later case first where they are equal.

    A word counts for less the more of the others have it, in whole numbers, as in searches of articles.
    """
    spread = Counter(word for each in others.values() for word in words & each)
    scores = {
        id: (sum(1_000_000 // spread[word] for word in shared), len(shared))
        for id, each in others.items()
        if (shared := words & each)
    }
    best = sorted(scores.items(), key=lambda each: (-each[1][0], -each[0]))
    return [(id, shared) for id, (_, shared) in best]
