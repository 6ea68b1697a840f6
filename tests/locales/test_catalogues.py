"""The catalogues: both languages say all of it, about the same values, and nothing that nobody says."""

import importlib
import io
import pkgutil
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from enum import StrEnum
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

import rules
from models.service.timelines import KINDS
from notifications.previews import filled
from notifications.words import FOLDERS, LOCALES, say
from rules.applications.drafts import ApplicationPart
from rules.applications.kinds import DecisionReason, Purpose
from rules.applications.states import ApplicationStatus
from rules.applications.steps import Skill
from rules.errors import Refused
from rules.notifications.classes import MessageChannel
from rules.notifications.consents import ConsentPurpose
from rules.people.kinds import Locale
from rules.products.kinds import DayCount, DueComponent, Frequency, RepaymentMethod
from rules.products.repricing import RepricingRule
from rules.service.chat import ChatAction
from rules.service.survey_answers import AnswerProblem
from rules.service.surveys import SurveyProblem
from rules.service.timelines import TimelineKind
from tests.notifications.samples import PLANTED, every_event_of_the_catalogues

ROOT = Path(__file__).parent.parent.parent
SPEAKING = ("api", "jobs", "notifications", "resolvers", "schema")
LABELLED: tuple[type[StrEnum], ...] = (
    ApplicationStatus,
    ChatAction,
    Skill,
    ApplicationPart,
    DecisionReason,
    Purpose,
    RepaymentMethod,
    Frequency,
    DayCount,
    DueComponent,
    RepricingRule,
    MessageChannel,
    SurveyProblem,
    AnswerProblem,
    TimelineKind,
    *sorted({told.says for told in KINDS.values() if told.says}, key=lambda enum: enum.__name__),
)
"""Enums whose members people read in a text of ours."""
ERROR_CODES = ("UNAUTHENTICATED", "FORBIDDEN", "BAD_USER_INPUT", "RATE_LIMITED", "INTERNAL")
"""What the API promises beside refusals."""


def read_catalogues() -> dict[Locale, Catalog]:
    catalogues = {}
    for locale, folder in FOLDERS.items():
        path = LOCALES / folder / "LC_MESSAGES" / "goodterms.po"
        catalogues[locale] = read_po(io.BytesIO(path.read_bytes()), locale=folder, abort_invalid=True)
    return catalogues


def planted(zh: str, en: str) -> dict[Locale, Catalog]:
    """Two small catalogues, to see a check fail."""
    catalogues = {}
    for locale, text in ((Locale.ZH_CN, zh), (Locale.EN, en)):
        po = f'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n{text}\n'
        catalogues[locale] = read_po(io.BytesIO(po.encode()), locale=FOLDERS[locale])
    return catalogues


def messages(catalogue: Catalog) -> dict[str, Message]:
    return {_key(message): message for message in catalogue if message.id}


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def forms(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def placeholders(message: Message) -> set[tuple[str, str]]:
    """Give the name and style of every value that a text names in any of its forms."""
    named = {
        (name, style or "")
        for form in forms(message)
        for _, name, style, conversion in Formatter().parse(form)
        if name is not None and not conversion
    }
    counted = set() if isinstance(message.id, str) else {(message.id[1].strip("{}"), "")}
    return named | counted


def problems(catalogues: Mapping[Locale, Catalog]) -> list[str]:
    """Say what is wrong between the languages, and in each of them."""
    by_locale = {locale: messages(catalogue) for locale, catalogue in catalogues.items()}
    found = []
    for key in sorted({key for known in by_locale.values() for key in known}):
        texts = {locale: known.get(key) for locale, known in by_locale.items()}
        for locale, text in texts.items():
            if text is None or text.fuzzy or not all(form.strip() for form in forms(text)):
                found.append(f"{key} is missing in {locale}")
        if len({frozenset(placeholders(text)) for text in texts.values() if text is not None}) > 1:
            found.append(f"{key} names other values in one language than in the other")
        chinese, english = texts[Locale.ZH_CN], texts[Locale.EN]
        if chinese is not None and not all(re.search(r"[\u4e00-\u9fff]", form) for form in forms(chinese)):
            found.append(f"{key} is not Chinese in zh-CN")
        if english is not None and any(re.search(r"[\u3000-\u9fff\uff00-\uffef]", form) for form in forms(english)):
            found.append(f"{key} is not English in en")
    return found


def test_the_languages_are_complete_and_agree():
    assert all(len(messages(catalogue)) > 90 for catalogue in read_catalogues().values())
    assert problems(read_catalogues()) == []


GOOD_ZH, GOOD_EN = 'msgid "a"\nmsgstr "甲 {x}"', 'msgid "a"\nmsgstr "one {x}"'


@pytest.mark.parametrize(
    ("zh", "en", "problem"),
    [
        (GOOD_ZH, "", "a is missing in en"),
        ("", GOOD_EN, "a is missing in zh-CN"),
        ('msgid "a"\nmsgstr ""', GOOD_EN, "a is missing in zh-CN"),
        ('#, fuzzy\nmsgid "a"\nmsgstr "甲 {x}"', GOOD_EN, "a is missing in zh-CN"),
        ('msgid "a"\nmsgstr "one {x}"', GOOD_EN, "a is not Chinese in zh-CN"),
        (GOOD_ZH, 'msgid "a"\nmsgstr "甲 {x}"', "a is not English in en"),
        ('msgid "a"\nmsgstr "甲 {y}"', GOOD_EN, "a names other values in one language than in the other"),
        ('msgid "a"\nmsgstr "甲 {x:percent}"', GOOD_EN, "a names other values in one language than in the other"),
    ],
)
def test_a_gap_between_the_languages_is_noticed(zh: str, en: str, problem: str):
    assert problem in problems(planted(zh, en))
    assert problems(planted(GOOD_ZH, GOOD_EN)) == []


def every_refusal() -> Iterator[type[Refused]]:
    for module in pkgutil.walk_packages(rules.__path__, "rules."):
        importlib.import_module(module.name)
    waiting = [Refused]
    while waiting:
        for refusal in waiting.pop().__subclasses__():
            waiting.append(refusal)
            if refusal.__module__.startswith("rules."):
                yield refusal


def test_every_refusal_has_words_that_name_its_fields_only():
    refusals = list(every_refusal())
    assert len(refusals) > 35
    assert len({refusal.code for refusal in refusals}) == len(refusals), "two refusals share a code"
    for locale, catalogue in read_catalogues().items():
        known = messages(catalogue)
        for refusal in refusals:
            names = {name for name, _ in placeholders(known[f"refusal.{refusal.code}"])}
            assert names <= {field.name for field in fields(refusal)}, (refusal, locale)
            assert say(f"refusal.{refusal.code}", locale, **vars(filled(refusal, PLANTED)))


def test_every_event_has_words_that_name_its_fields_only():
    for locale, catalogue in read_catalogues().items():
        known = messages(catalogue)
        for event in every_event_of_the_catalogues():
            names = {part: placeholders(known[f"event.{event.kind}.{part}"]) for part in ("title", "body", "inbox")}
            assert not names["title"], (event.kind, locale)
            assert not names["body"], (event.kind, locale)
            assert {name for name, _ in names["inbox"]} <= {field.name for field in fields(event)}, (event.kind, locale)


def test_every_member_of_an_enum_that_people_read_has_a_label():
    for enum in LABELLED:
        for locale in Locale:
            labels = [say(f"label.{enum.__name__}.{member.name}", locale) for member in enum]
            assert len(set(labels)) == len(enum)


def code_that_speaks() -> str:
    return "\n".join(path.read_text("utf-8") for room in SPEAKING for path in (ROOT / room).rglob("*.py"))


def test_every_key_that_code_names_exists():
    used = set(re.findall(r"[\"']((?:input|error|disclosure|contract|opt_out)\.\w+)[\"']", code_that_speaks()))
    assert {"input.malformed_id", "error.INTERNAL", "disclosure.text", "contract.text"} <= used
    for catalogue in read_catalogues().values():
        assert not used - set(messages(catalogue))


def test_no_key_is_left_that_nobody_says():
    code = code_that_speaks()
    said = {f"refusal.{refusal.code}" for refusal in every_refusal()}
    said |= {
        f"event.{event.kind}.{part}" for event in every_event_of_the_catalogues() for part in ("title", "body", "inbox")
    }
    said |= {"event.unknown.title", "event.unknown.inbox", *(f"error.{code}" for code in ERROR_CODES)}
    said |= {f"label.{enum.__name__}.{member.name}" for enum in LABELLED for member in enum}
    said |= {f"consent.{purpose.name}" for purpose in ConsentPurpose}
    for catalogue in read_catalogues().values():
        unsaid = [key for key in messages(catalogue) if key not in said and f'"{key}"' not in code]
        assert unsaid == []


def test_each_refusal_tells_its_reader_what_to_do():
    """A code or a field's name in a text would be read by nobody but us."""
    for catalogue in read_catalogues().values():
        for key, message in messages(catalogue).items():
            for form in forms(message):
                assert not re.search(r"[A-Z]{2,}_[A-Z]+|\b[a-z]+_[a-z]+\b", re.sub(r"\{[^}]*\}", "", form)), key
