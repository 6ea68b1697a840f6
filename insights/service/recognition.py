"""Recognising what somebody wants: words that bring a person first, then the model; nothing where it is not sure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import orjson

from insights.service.features import features, language_of, written
from rules.service.intents import ChatIntent, Recognised, sign_in

ARTEFACTS = Path(__file__).parent / "artefacts"
LANGUAGES = ("zh-CN", "en")


@dataclass(frozen=True)
class Served:
    """A trained model as it is read: whole weights by feature, one for each label."""

    labels: tuple[str, ...]
    scale: int
    threshold: float
    weights: Mapping[str, list[int]]

    def best(self, found: list[str]) -> tuple[str, float]:
        """Give the likeliest label, and how likely it is from 0 to 1."""
        rows = [row for feature in found if (row := self.weights.get(feature)) is not None]
        if not rows:
            return "OUTSIDE", 0.0
        size = 1 / (math.sqrt(len(rows)) * self.scale)
        sums = [sum(column) * size for column in zip(*rows, strict=True)]
        highest = max(sums)
        return self.labels[sums.index(highest)], 1 / sum(math.exp(each - highest) for each in sums)


@cache
def served(language: str) -> Served:
    """Read the model of a language, once."""
    read = orjson.loads((ARTEFACTS / f"{language}.json").read_bytes())
    head = read["head"]
    return Served(tuple(head["labels"]), head["scale"], head["threshold"], read["weights"])


def recognise(text: str) -> Recognised:
    """Say what somebody wants who writes this, in either language."""
    sign = sign_in(written(text))
    if sign is not None:
        return Recognised(sign, 1.0)
    language = language_of(text)
    model = served(language)
    label, confidence = model.best(features(text, language))
    if label == "OUTSIDE" or confidence < model.threshold:
        return Recognised(None, confidence)
    return Recognised(ChatIntent(label), confidence)
