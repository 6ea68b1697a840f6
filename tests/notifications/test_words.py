"""Words: values are written as their language writes them, and what is missing is noticed."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

import notifications
from notifications import words
from notifications.words import best_locale, say
from rules.applications.kinds import Purpose
from rules.money import Money
from rules.people.kinds import Locale
from rules.products.kinds import DayCount, Frequency, RepaymentMethod

ZH, EN = Locale.ZH_CN, Locale.EN


@pytest.mark.parametrize(
    ("template", "value", "zh", "en"),
    [
        ("{x}", Money(Decimal("10237.19"), "CNY"), "¥10,237.19", "CN¥10,237.19"),
        ("{x}", Money(Decimal("-1.50"), "EUR"), "-€1.50", "-€1.50"),
        ("{x}", date(2026, 3, 16), "2026年3月16日", "March 16, 2026"),
        ("{x}", datetime(2026, 3, 15, 17, 5, tzinfo=UTC), "2026年3月16日 01:05", "March 16, 2026 1:05\u202fAM"),
        ("{x}", 1234567, "1,234,567", "1,234,567"),
        ("{x}", Decimal("9999999999999.99"), "9,999,999,999,999.99", "9,999,999,999,999.99"),
        ("{x}", "{amount} stays", "{amount} stays", "{amount} stays"),
        ("{x}", Purpose.TRAVEL, "旅游", "travel"),
        ("{x:percent}", Decimal("0.0435"), "4.35%", "4.35%"),
        ("{x:percent}", Decimal("0.108964"), "10.8964%", "10.8964%"),
        ("{x:percent}", Decimal(0), "0.00%", "0.00%"),
        ("{x:duration}", 1, "1秒钟", "1 second"),
        ("{x:duration}", 121, "3分钟", "3 minutes"),
        ("{x:duration}", 3600, "60分钟", "60 minutes"),
    ],
)
def test_a_value_is_written_in_the_language_of_the_text(template: str, value: object, zh: str, en: str):
    assert template.format(x=words._Worded(value, ZH)) == zh
    assert template.format(x=words._Worded(value, EN)) == en


def test_a_count_chooses_the_plural_form():
    assert say("event.PointsEarned.inbox", EN, points=1).startswith("You have earned 1 point for")
    assert say("event.PointsEarned.inbox", EN, points=10).startswith("You have earned 10 points for")
    assert "1 积分" in say("event.PointsEarned.inbox", ZH, points=1)


@pytest.mark.parametrize("locale", Locale)
def test_a_missing_key_or_value_is_our_mistake(locale: Locale):
    with pytest.raises(KeyError, match=r"refusal\.NO_SUCH_CODE"):
        say("refusal.NO_SUCH_CODE", locale)
    with pytest.raises(KeyError, match="maximum"):
        say("refusal.OVERPAYMENT", locale)
    with pytest.raises(KeyError, match="points"):
        say("event.PointsEarned.inbox", locale)


def test_a_value_without_words_is_our_mistake():
    with pytest.raises(AssertionError, match="float"):
        say("refusal.OVERPAYMENT", EN, maximum=1.5)


def test_times_are_in_the_lenders_zone():
    before = notifications.configured()
    moment = words._Worded(datetime(2026, 3, 15, 23, 30, tzinfo=UTC), EN)
    try:
        notifications.configure(replace(before, zone=ZoneInfo("Europe/Berlin")))
        assert f"{moment}" == "March 16, 2026 12:30\u202fAM"
    finally:
        notifications.configure(before)


@pytest.mark.parametrize(
    ("header", "best"),
    [
        ("", None),
        ("*", None),
        ("fr-FR,de;q=0.9", None),
        ("en", EN),
        ("EN-gb", EN),
        ("zh-CN,zh;q=0.9,en;q=0.8", ZH),
        ("zh-Hant-TW", ZH),
        ("zh;q=0.2, en;q=0.9", EN),
        ("fr, en;q=0.3, zh;q=0.4", ZH),
        ("en, zh", EN),
        ("en;q=0, zh;q=0.1", ZH),
        ("en;q=0", None),
        ("en;q=nan", None),
        ("en;q=2, zh;q=0.1", ZH),
        ("en;q=0.5;q=1", None),
        ("english", None),
        (",;,=,zh;q", None),
        ("\x00" * 50, None),
        ("a-" * 20_000 + "," + " " * 20_000 + ", zh", ZH),
    ],
)
def test_the_best_language_of_a_header(header: str, best: Locale | None):
    assert best_locale(header) is best


@pytest.mark.parametrize("locale", Locale)
@pytest.mark.parametrize("key", ["disclosure.text", "contract.text"])
def test_a_document_names_every_figure_it_is_given(key: str, locale: Locale):
    text = say(key, locale, **_figures())
    for amount in ("1,000.00", "970.00", "91.25", "70.55", "30.00", "100.55", "4.35%", "19.2136%"):
        assert amount in text, amount
    assert "{" not in text


def _figures() -> dict[str, object]:
    amounts = {
        "amount": "1000", "installment": "91.25", "last_installment": "91.20",
        "total_interest": "70.55", "total_fees": "30", "total_cost": "100.55",
    }  # fmt: skip
    return {
        **{name: Money(Decimal(amount), "CNY") for name, amount in amounts.items()},
        "product": "Easy", "term": 12, "method": RepaymentMethod.EQUAL_INSTALLMENT, "purpose": Purpose.EDUCATION,
        "annual_rate": Decimal("0.0435"), "annual_cost": Decimal("0.192136"),
        "frequency": Frequency.MONTHLY, "day_count": DayCount.TWELFTHS, "order_clause": "E", "interest_clause": "4.35%",
        "repayment_clauses": "B", "received": "970.00", "payout_clause": "We pay 970.00", "late_clause": "C", "other_costs": "D",
        "number": "A-2026-000045", "lender": "Branch", "customer": "李小雨", "identity_number": "1****************X",
    }  # fmt: skip


def test_values_may_be_called_as_they_like():
    assert say("refusal.NOT_FOUND", EN, key="k", locale="l", self="s")
