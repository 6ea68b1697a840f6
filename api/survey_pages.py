"""How the page of a survey looks: plain, small, and without a script."""

import base64
import hashlib
import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.responses import HTMLResponse, Response

from api import opt_outs
from models import SurveyQuestion
from notifications.words import say
from resolvers.service.survey_links import LinkedSurvey
from rules.people.kinds import Locale, in_language
from rules.service.survey_answers import LONGEST_TEXT
from rules.service.surveys import SCALES, QuestionKind, SurveyKind

_STYLE = (
    ":root{color-scheme:light dark}"
    "body{margin:0;font:1.125rem/1.6 system-ui,sans-serif}"
    "main{max-width:32rem;margin:0 auto;padding:2rem 1.25rem}"
    "section+section{margin-top:2.5rem}"
    "h1{font-size:1.5rem;line-height:1.3;margin:0 0 1rem}"
    "fieldset{border:0;margin:0 0 1.5rem;padding:0}"
    "legend{padding:0}"
    "label{display:block;padding:.5rem 0}"
    ".row label{display:inline-block;padding:.5rem 1rem .5rem 0}"
    "input{width:1.25rem;height:1.25rem;vertical-align:middle}"
    "textarea{font:inherit;width:100%;box-sizing:border-box}"
    "[role=alert]{border-inline-start:.25rem solid;padding-inline-start:.75rem}"
    "button{font:inherit;font-weight:600;min-height:3rem;padding:.5rem 1.5rem;border:0;border-radius:.5rem;"
    "background:#0b57d0;color:#fff;cursor:pointer}"
    ":focus-visible{outline:3px solid;outline-offset:3px}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
HEADERS = {**opt_outs.HEADERS, "Content-Security-Policy": opt_outs.policy_of(_STYLE_HASH)}
_HINTS = {
    SurveyKind.NPS: "survey_page.scale_nps",
    SurveyKind.CSAT: "survey_page.scale_csat",
    SurveyKind.CES: "survey_page.scale_ces",
}


@dataclass(frozen=True)
class Section:
    """A heading in one language, and what stands under it, written as HTML."""

    locale: Locale
    title: str
    content: str


def said(locale: Locale, title: str, text: str) -> Section:
    """A heading and a paragraph."""
    return Section(locale, title, f"<p>{html.escape(text)}</p>")


def page(sections: Sequence[Section], status: int = 200) -> Response:
    """Write the page; its language is that of the first section."""
    first = sections[0]
    body = "".join(
        f'<section lang="{each.locale.value}"><h1>{html.escape(each.title)}</h1>{each.content}</section>'
        for each in sections
    )
    text = (
        f'<!doctype html><html lang="{first.locale.value}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(first.title)}</title><style>{_STYLE}</style></head><body><main>{body}</main></body></html>"
    )
    return HTMLResponse(text, status, headers=HEADERS)


def step_of(found: LinkedSurvey, locale: Locale, values: Mapping[str, str], step: int, alert: str = "") -> Section:
    """Ask one step: 0 the score, then page by page. What was answered in others goes along, unseen."""
    version, pages = found.sheet.version, found.sheet.pages
    asked = _score(found, locale, values) if step == 0 else _questions(pages[step - 1][1], locale, values)
    own = {"score", "comment"} if step == 0 else {f"q{each.number}" for each in pages[step - 1][1]}
    carried = {name: value for name, value in values.items() if name not in own} | {"step": str(step)}
    hidden = "".join(
        f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
        for name, value in carried.items()
    )
    button = say("survey_page.send" if step == len(pages) else "survey_page.next", locale)
    warning = f'<p role="alert">{html.escape(alert)}</p>' if alert else ""
    form = f'<form method="post">{hidden}{asked}<button>{html.escape(button)}</button></form>'
    title = in_language(version.title_zh, version.title_en, locale)
    return Section(locale, title, f"{warning}<p>{html.escape(_note(found, locale))}</p>{form}")


def _note(found: LinkedSurvey, locale: Locale) -> str:
    if found.changeable_until is not None:
        return say("survey_page.again", locale, until=found.changeable_until)
    return say("survey_page.note", locale, lender=found.lender, until=found.ends_at)


def _score(found: LinkedSurvey, locale: Locale, values: Mapping[str, str]) -> str:
    kind = found.sheet.version.kind
    lowest, highest = SCALES[kind]
    choices = [(number, str(number)) for number in range(lowest, highest + 1)]
    scale = _radios("score", say(_HINTS[kind], locale), choices, values, is_required=True, in_a_row=True)
    label = say("survey_page.comment", locale)
    return scale + _textarea("comment", label, values, is_required=False)


def _questions(questions: Sequence[SurveyQuestion], locale: Locale, values: Mapping[str, str]) -> str:
    return "".join(_question(each, locale, values) for each in questions)


def _question(question: SurveyQuestion, locale: Locale, values: Mapping[str, str]) -> str:
    name, text = f"q{question.number}", in_language(question.text_zh, question.text_en, locale)
    if question.kind is QuestionKind.TEXT:
        return _textarea(name, text, values, is_required=question.is_required)
    if question.kind is QuestionKind.CHOICE:
        lines = in_language(question.choices_zh, question.choices_en, locale).split("\n")
        choices = list(enumerate(lines, start=1))
        return _radios(name, text, choices, values, is_required=question.is_required, in_a_row=False)
    assert question.lowest is not None, "a scale has two ends"
    assert question.highest is not None, "a scale has two ends"
    choices = [(number, str(number)) for number in range(question.lowest, question.highest + 1)]
    return _radios(name, text, choices, values, is_required=question.is_required, in_a_row=True)


def _radios(
    name: str,
    text: str,
    choices: Sequence[tuple[int, str]],
    values: Mapping[str, str],
    *,
    is_required: bool,
    in_a_row: bool,
) -> str:
    required = " required" if is_required else ""
    options = "".join(
        f'<label><input type="radio" name="{name}" value="{number}"{required}'
        f"{' checked' if values.get(name) == str(number) else ''}> {html.escape(label)}</label>"
        for number, label in choices
    )
    row = ' class="row"' if in_a_row else ""
    return f"<fieldset{row}><legend>{html.escape(text)}</legend>{options}</fieldset>"


def _textarea(name: str, text: str, values: Mapping[str, str], *, is_required: bool) -> str:
    required = " required" if is_required else ""
    written = html.escape(values.get(name, ""))
    return (
        f"<fieldset><label>{html.escape(text)}"
        f'<textarea name="{name}" rows="4" maxlength="{LONGEST_TEXT}"{required}>\n{written}</textarea></label></fieldset>'
    )
