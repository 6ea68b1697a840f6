"""Recognising what somebody wants: measured on sentences that somebody else wrote, and never sure of what it does not know."""

import re
import time
from collections import Counter
from pathlib import Path

import pytest

from insights.service import training
from insights.service.evaluation import evaluate, wilson_upper
from insights.service.features import features, written
from insights.service.recognition import ARTEFACTS, LANGUAGES, recognise
from rules.service.intents import HANDED_OVER, ChatIntent

SENTENCES = Path(__file__).parent / "sentences"
DATA = Path(training.__file__).parent / "data"
DECISION = Path(__file__).parents[3] / "docs" / "decisions" / "0045-automated-service.md"
REACHED = {"zh-CN": (585, 466, 150, 34), "en": (569, 453, 147, 32)}
"""By language: sentences, those of an intent, those handed over, wrong answers."""


def sentences_of(language):
    return training.read_sentences(SENTENCES / f"{language}.tsv")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_figures_in_the_docs_are_those_that_are_measured(language):
    figures = evaluate(sentences_of(language), recognise)
    assert (figures.sentences, figures.inside, figures.handed_over, figures.wrong) == REACHED[language]
    row = f"| {language} | {figures.sentences} | {figures.accuracy:.1%} | {figures.hand_over_rate:.1%} | {figures.wrong_rate:.1%} | {figures.wrong_at_most:.1%} |"
    assert row in DECISION.read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_enough_was_asked_and_nothing_of_it_was_learned(language):
    asked = sentences_of(language)
    counts = Counter(intent for intent, _ in asked)
    assert len(asked) >= 400
    assert counts["OUTSIDE"] >= 80
    assert set(counts) == {*(intent.value for intent in ChatIntent), "OUTSIDE"}
    learned = training.read_sentences(DATA / f"{language}.tsv")
    least = Counter(intent for intent, _ in learned)
    assert min(least.values()) >= 25
    assert not {bare(sentence) for _, sentence in asked} & {bare(sentence) for _, sentence in learned}


def bare(sentence):
    return re.sub(r"\W", "", written(sentence)) or sentence.strip()


@pytest.mark.parametrize("language", LANGUAGES)
def test_training_again_gives_the_same_bytes(language):
    model = training.train(training.read_sentences(DATA / f"{language}.tsv"), language)
    assert training.artefact(model, language).encode() == (ARTEFACTS / f"{language}.json").read_bytes()


def test_the_artefacts_are_small():
    assert sum(path.stat().st_size for path in ARTEFACTS.glob("*.json")) < 1_500_000


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("我不想活了", ChatIntent.DISTRESS),
        ("我不想還了，不想活了", ChatIntent.DISTRESS),
        ("I want to kill myself", ChatIntent.DISTRESS),
        ("我爸爸去世了，我要投诉", ChatIntent.DEATH),
        ("MY HUSBAND HAS DIED", ChatIntent.DEATH),
        ("我被騙了", ChatIntent.FRAUD),
        ("This is a scam", ChatIntent.FRAUD),
        ("我要投訴", ChatIntent.COMPLAIN),
        ("I'd like to talk to a person", ChatIntent.PERSON),
        ("轉人工", ChatIntent.PERSON),
    ],
)
def test_words_that_bring_a_person_are_heard_in_every_script(text, intent):
    said = recognise(text)
    assert (said.intent, said.confidence) == (intent, 1.0)
    assert intent in HANDED_OVER


@pytest.mark.parametrize(
    ("simple", "traditional"), [("我还欠多少钱", "我還欠多少錢"), ("怎么修改手机号码", "怎麼修改手機號碼")]
)
def test_both_scripts_are_one(simple, traditional):
    assert features(simple, "zh-CN") == features(traditional, "zh-CN")
    assert recognise(simple) == recognise(traditional)


@pytest.mark.parametrize("text", ["", " ", "???", "\u202e", "<script>alert(1)</script>", "x" * 4_000, "🙂" * 500])
def test_what_says_nothing_is_nothing(text):
    assert recognise(text).intent is None


def test_a_sentence_takes_less_than_some_milliseconds():
    recognise("我还欠多少钱")
    start = time.perf_counter()
    for _ in range(100):
        recognise("我下个月要还多少钱，什么时候还？")
        recognise("How much do I have to pay next month, and when is it due?")
    assert (time.perf_counter() - start) / 200 < 0.005


def test_wilsons_bound_holds_for_shares_that_are_known():
    assert round(wilson_upper(0, 100), 4) == 0.0263
    assert round(wilson_upper(10, 100), 4) == 0.1604
