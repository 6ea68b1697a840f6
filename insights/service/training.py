"""Training the model of one language: multinomial logistic regression over the features of a sentence.

Stochastic gradient descent on the cross-entropy with a shrinking step and a little decay of the weights (Bottou, "Stochastic
Gradient Descent Tricks", 2012), in plain Python: some seconds a language, and the same sentences give the same artefact, byte
for byte. OUTSIDE is a class like the others, so that the model learns what is not its affair.
"""

import json
import math
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from insights.service.features import features

OUTSIDE = "OUTSIDE"
"""What sentences are called that are outside every intent."""
EPOCHS = 24
FIRST_STEP = 6.0
DECAY = 3e-4
"""By how much the weights shrink in an epoch, times the step."""
FEWEST = 2
"""In so many sentences a feature stands at least."""
SCALE = 100
"""Weights are kept as whole hundredths: an artefact that is small, and the same on every machine."""
THRESHOLDS = {"zh-CN": 0.7, "en": 0.7}
"""Below this nothing is answered; chosen on the training sentences alone, by cross-validation (`python -m insights.service validate`)."""

Sentence = tuple[str, str]
"""An intent, and what somebody says who wants that."""


def read_sentences(path: Path) -> list[Sentence]:
    """Read lines of an intent, a tab, and a sentence."""
    lines = path.read_text(encoding="utf-8").splitlines()
    pairs = (line.split("\t", 1) for line in lines if line.strip())
    return [(intent, sentence) for intent, sentence in pairs]


class Model:
    """Weights by feature, one for each label."""

    def __init__(self, labels: Sequence[str], weights: dict[str, list[float]]) -> None:
        self.labels = list(labels)
        self.weights = weights

    def probabilities(self, found: Iterable[str]) -> list[float]:
        """Give how likely each label is."""
        rows = [row for feature in found if (row := self.weights.get(feature)) is not None]
        if not rows:
            return [1 / len(self.labels)] * len(self.labels)
        size = 1 / math.sqrt(len(rows))
        sums = [math.fsum(column) * size for column in zip(*rows, strict=True)]
        highest = max(sums)
        powers = [math.exp(each - highest) for each in sums]
        total = math.fsum(powers)
        return [power / total for power in powers]


def train(sentences: Sequence[Sentence], language: str) -> Model:
    """Learn from sentences."""
    labels = sorted({intent for intent, _ in sentences})
    place = {label: number for number, label in enumerate(labels)}
    examples = [(place[intent], features(sentence, language)) for intent, sentence in sentences]
    counts = Counter(feature for _, found in examples for feature in found)
    weights = {feature: [0.0] * len(labels) for feature in sorted(counts) if counts[feature] >= FEWEST}
    model = Model(labels, weights)
    order = random.Random(1)  # noqa: S311 - an order, not a secret.
    for epoch in range(EPOCHS):
        order.shuffle(examples)
        step = FIRST_STEP / (1 + epoch / 4)
        for label, found in examples:
            _learn(model, label, found, step)
        keep = 1 - step * DECAY
        for row in weights.values():
            row[:] = [weight * keep for weight in row]
    return model


def _learn(model: Model, label: int, found: list[str], step: float) -> None:
    """Move the weights of one sentence's features towards its label."""
    rows = [row for feature in found if (row := model.weights.get(feature)) is not None]
    if not rows:
        return
    moves = [-probability for probability in model.probabilities(found)]
    moves[label] += 1
    size = step / math.sqrt(len(rows))
    moved = [move * size for move in moves]
    for row in rows:
        row[:] = [weight + move for weight, move in zip(row, moved, strict=True)]


def artefact(model: Model, language: str) -> str:
    """Write a model down: rows of whole numbers by feature, in order."""
    rows = {feature: [round(weight * SCALE) for weight in row] for feature, row in sorted(model.weights.items())}
    head = {"language": language, "labels": model.labels, "scale": SCALE, "threshold": THRESHOLDS[language]}
    lines = ",\n".join(
        f"{json.dumps(feature, ensure_ascii=False)}:[{','.join(map(str, row))}]"
        for feature, row in rows.items()
        if any(row)
    )
    return f'{{"head":{json.dumps(head)},\n"weights":{{\n{lines}\n}}}}\n'


def folds(sentences: Sequence[Sentence], count: int = 5) -> list[tuple[list[Sentence], list[Sentence]]]:
    """Part sentences for cross-validation: what is learned from, and what is held back."""
    mixed = list(sentences)
    random.Random(2).shuffle(mixed)  # noqa: S311 - an order, not a secret.
    return [
        ([each for number, each in enumerate(mixed) if number % count != fold], mixed[fold::count])
        for fold in range(count)
    ]
