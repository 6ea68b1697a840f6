"""How well it is recognised what people want: counted on sentences that somebody else wrote before there was a model."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from insights.service.training import OUTSIDE, Sentence
from rules.service.intents import Recognised

Z_95 = 1.6448536269514722
"""The 95 % quantile of the normal distribution: a bound on one side."""


@dataclass(frozen=True)
class Figures:
    """What was counted of one language."""

    sentences: int
    inside: int
    """Those that are of an intent."""
    right: int
    """The intent named, or nothing answered to a sentence outside."""
    handed_over: int
    """Sentences of an intent that nothing was answered to."""
    wrong: int
    """Another intent answered, or anything to a sentence outside."""

    @property
    def accuracy(self) -> float:
        """Give the share that was right."""
        return self.right / self.sentences

    @property
    def hand_over_rate(self) -> float:
        """Give the share of the sentences of an intent that nothing was answered to."""
        return self.handed_over / self.inside

    @property
    def wrong_rate(self) -> float:
        """Give the share of wrong answers in all sentences."""
        return self.wrong / self.sentences

    @property
    def wrong_at_most(self) -> float:
        """Give the upper bound of that share: Wilson's, one-sided, 95 %."""
        return wilson_upper(self.wrong, self.sentences)


def wilson_upper(count: int, of: int) -> float:
    """Give Wilson's upper bound of a share (1927), one-sided at 95 %."""
    share = count / of
    middle = share + Z_95**2 / (2 * of)
    spread = Z_95 * math.sqrt(share * (1 - share) / of + Z_95**2 / (4 * of**2))
    return (middle + spread) / (1 + Z_95**2 / of)


def evaluate(sentences: Sequence[Sentence], recognised: Callable[[str], Recognised]) -> Figures:
    """Count what is recognised of sentences."""
    answers = [(intent, _label(recognised(sentence))) for intent, sentence in sentences]
    inside = [(intent, answer) for intent, answer in answers if intent != OUTSIDE]
    return Figures(
        sentences=len(answers),
        inside=len(inside),
        right=sum(intent == answer for intent, answer in answers),
        handed_over=sum(answer == OUTSIDE for _, answer in inside),
        wrong=sum(answer not in {OUTSIDE, intent} for intent, answer in answers),
    )


def _label(recognised: Recognised) -> str:
    return OUTSIDE if recognised.intent is None else recognised.intent.value
