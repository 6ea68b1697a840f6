"""`python -m insights.service train | validate | evaluate`: trains the models anew, or says how good they are."""

import argparse
import sys
from pathlib import Path

from insights.service import training
from insights.service.evaluation import Figures, evaluate
from insights.service.features import features, written
from insights.service.recognition import ARTEFACTS, LANGUAGES, recognise
from rules.service.intents import ChatIntent, Recognised, sign_in

DATA = Path(__file__).parent / "data"
EVALUATION = Path("tests/insights/service/sentences")
TRIED = (0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.9)
"""Thresholds that cross-validation shows."""


def train() -> None:
    """Write both artefacts anew."""
    for language in LANGUAGES:
        model = training.train(training.read_sentences(DATA / f"{language}.tsv"), language)
        (ARTEFACTS / f"{language}.json").write_text(training.artefact(model, language), encoding="utf-8")


def validate() -> None:
    """Show what each threshold would bring, by cross-validation on the training sentences."""
    for language in LANGUAGES:
        held = list[tuple[str, Recognised]]()
        for learned, kept in training.folds(training.read_sentences(DATA / f"{language}.tsv")):
            model = training.train(learned, language)
            held += [(intent, _unbounded(model, sentence, language)) for intent, sentence in kept]
        asked = [(intent, str(place)) for place, (intent, _) in enumerate(held)]
        for threshold in TRIED:
            said = {str(place): _bounded(each, threshold) for place, (_, each) in enumerate(held)}
            _print(f"{language} {threshold:.2f}", evaluate(asked, said.__getitem__))


def _bounded(said: Recognised, threshold: float) -> Recognised:
    return said if said.confidence >= threshold else Recognised(None, said.confidence)


def _unbounded(model: training.Model, sentence: str, language: str) -> Recognised:
    sign = sign_in(written(sentence))
    if sign is not None:
        return Recognised(sign, 1.0)
    likely = model.probabilities(features(sentence, language))
    label = model.labels[likely.index(max(likely))]
    return Recognised(None if label == training.OUTSIDE else ChatIntent(label), max(likely))


def measure() -> None:
    """Say how well sentences are recognised that somebody else wrote."""
    for language in LANGUAGES:
        _print(language, evaluate(training.read_sentences(EVALUATION / f"{language}.tsv"), recognise))


def _print(name: str, figures: Figures) -> None:
    sys.stdout.write(
        f"{name}: {figures.sentences} sentences, accuracy {figures.accuracy:.1%}, handed over {figures.hand_over_rate:.1%}"
        f" of {figures.inside} inside, wrong {figures.wrong} ({figures.wrong_rate:.1%}, at most {figures.wrong_at_most:.1%})\n"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="The model of the automated service")
    parser.add_argument("what", choices=("train", "validate", "evaluate"))
    {"train": train, "validate": validate, "evaluate": measure}[parser.parse_args().what]()
