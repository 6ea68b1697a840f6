"""Who lives in the demo: a few people told one by one, and a town drawn from a seed. All of them are invented."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from jobs.demo_wishes import FIRST_DAY_AGO, RECOVERED_AFTER_DAYS, Stage, Wish
from rules.applications.kinds import Purpose
from rules.people.bank_accounts import satisfies_luhn
from rules.people.identity_numbers import check_character
from rules.people.kinds import Locale


@dataclass(frozen=True)
class DemoCustomer:
    """A customer and his wishes."""

    name: str
    born: str
    is_woman: bool
    branch: int
    wishes: tuple[Wish, ...]
    locale: Locale | None = None


FEW = (
    DemoCustomer("王小雨", "19920315", True, 0, (Wish("EASY", Decimal("12000.00"), 12, 200, pays=12),)),
    DemoCustomer("李明", "19880722", False, 0, (Wish("EASY", Decimal("6000.00"), 6, 230, pays=6),)),
    DemoCustomer(
        "张伟",
        "19790109",
        False,
        0,
        (
            Wish("STEADY", Decimal("80000.00"), 24, 160, pays=2, delay_days=3),
            Wish("EASY", Decimal("9000.00"), 6, 600, Stage.WRITTEN_OFF, pays=1),
        ),
    ),
    DemoCustomer(
        "刘芳",
        "19951130",
        True,
        0,
        (Wish("BRIDGE", Decimal("20000.00"), 6, 120, pays=9), Wish("EASY", Decimal("5000.00"), 6, 45, Stage.OFFERED)),
    ),
    DemoCustomer(
        "陈静", "19840605", True, 0, (Wish("ZERO", Decimal("3000.00"), 3, 150, pays=3, purpose=Purpose.TRAVEL),)
    ),
    DemoCustomer(
        "杨磊", "19900218", False, 1, (Wish("EASY", Decimal("30000.00"), 24, 100, pays=1, purpose=Purpose.VEHICLE),)
    ),
    DemoCustomer(
        "赵敏",
        "19970912",
        True,
        1,
        (
            Wish("EASY", Decimal("8000.00"), 12, 75, pays=0, purpose=Purpose.MEDICAL),
            Wish("EASY", Decimal("7000.00"), 6, 420, Stage.DOUBTFUL, pays=2),
        ),
    ),
    DemoCustomer(
        "Anna Müller", "19860427", True, 1, (Wish("STEADY", Decimal("24000.00"), 12, 65, pays=9),), locale=Locale.EN
    ),
    DemoCustomer(
        "黄强",
        "19810813",
        False,
        1,
        (
            Wish("EASY", Decimal("15000.00"), 12, 14, Stage.OFFERED),
            Wish("EASY", Decimal("11000.00"), 6, 5, Stage.RETURNED),
        ),
    ),
    DemoCustomer(
        "周婷",
        "19990101",
        True,
        1,
        (
            Wish("EASY", Decimal("5000.00"), 6, 9, Stage.ACCEPTED),
            Wish("ZERO", Decimal("4000.00"), 6, 6, Stage.CORRECTED),
        ),
    ),
    DemoCustomer(
        "吴刚",
        "19760303",
        False,
        0,
        (
            Wish("STEADY", Decimal("150000.00"), 36, 6, Stage.RECOMMENDED),
            Wish("EASY", Decimal("18000.00"), 12, 90, Stage.PAID_BY_HAND, pays=2),
        ),
    ),
    DemoCustomer(
        "徐丽",
        "19930625",
        True,
        0,
        (
            Wish("EASY", Decimal("10000.00"), 12, 3, Stage.SUBMITTED),
            Wish("EASY", Decimal("6000.00"), 6, 8, Stage.UNPAID),
        ),
    ),
    DemoCustomer(
        "孙涛",
        "19871117",
        False,
        1,
        (
            Wish("EASY", Decimal("20000.00"), 24, 2, Stage.SUBMITTED),
            Wish("EASY", Decimal("9000.00"), 12, 20, Stage.CANCELLED),
        ),
    ),
    DemoCustomer(
        "马丽娜",
        "20010520",
        True,
        0,
        (Wish("ZERO", Decimal("2000.00"), 6, 1, Stage.DRAFT), Wish("EASY", Decimal("3000.00"), 3, 7, Stage.RELEASED)),
    ),
    DemoCustomer(
        "胡军",
        "19700101",
        False,
        0,
        (
            Wish("EASY", Decimal("40000.00"), 12, 40, Stage.DECLINED),
            Wish("EASY", Decimal("5000.00"), 6, 650, Stage.RECOVERED, pays=1),
        ),
    ),
    DemoCustomer(
        "朱莉",
        "19940404",
        True,
        1,
        (
            Wish("BRIDGE", Decimal("30000.00"), 3, 30, Stage.WITHDRAWN),
            Wish("BRIDGE", Decimal("8000.00"), 6, 9, Stage.NOT_ARRIVED),
        ),
    ),
)
"""Enough to see everything once."""


SEED = 4
TOWN_SIZE = 190
_FAMILY_NAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
_WOMEN = "芳娜敏静丽艳娟霞秀燕玲桂英华慧巧美红春菊兰凤洁梅琳素云莲真雪荣爱妹香月莺媛"
_MEN = "伟强磊军洋勇杰涛明超刚平辉鹏飞波斌宇浩凯健俊帆帅旭宁龙林欢阳建峰志国栋毅"
_TERMS = {"EASY": (3, 3, 6, 6, 12, 24), "STEADY": (6, 6, 12, 24), "BRIDGE": (1, 3, 6), "ZERO": (3, 3, 6, 12)}
_HUNDREDS = {"EASY": (10, 600), "STEADY": (100, 900), "BRIDGE": (50, 400), "ZERO": (5, 200)}
_LATELY = (
    Stage.DRAFT,
    Stage.WITHDRAWN,
    Stage.SUBMITTED,
    Stage.SUBMITTED,
    Stage.RETURNED,
    Stage.CORRECTED,
    Stage.RECOMMENDED,
    Stage.DECLINED,
    Stage.OFFERED,
    Stage.ACCEPTED,
    Stage.CANCELLED,
    Stage.UNPAID,
    Stage.RELEASED,
    Stage.NOT_ARRIVED,
    Stage.PAID_BY_HAND,
)
"""Stages of what was asked for in the last weeks."""
_GIVEN_UP = (Stage.WRITTEN_OFF, Stage.RECOVERED, Stage.WRITTEN_OFF, Stage.DOUBTFUL)
"""Stages of loans on which too little was paid."""


def town() -> tuple[DemoCustomer, ...]:
    """Draw everybody who lives in the demo, always the same: the few, then those whom chance made."""
    chance = Random(SEED)  # noqa: S311  Nothing here is a secret.
    return FEW + tuple(_draw(chance, number) for number in range(TOWN_SIZE))


def _draw(chance: Random, number: int) -> DemoCustomer:
    is_woman = chance.random() < 0.5
    given = "".join(chance.sample(_WOMEN if is_woman else _MEN, chance.choice((1, 2, 2))))
    born = date(1962, 1, 1) + timedelta(days=chance.randrange(38 * 365))
    wishes = [_draw_loan(chance)]
    if chance.random() < 0.6:
        wishes.append(_draw_loan(chance))
    if number % 3 == 0:
        wishes.append(_draw_lately(chance, _LATELY[number // 3 % len(_LATELY)]))
    if number % 19 == 7:
        wishes.append(_draw_given_up(chance, _GIVEN_UP[number // 19 % len(_GIVEN_UP)]))
    return DemoCustomer(
        name=chance.choice(_FAMILY_NAMES) + given,
        born=f"{born:%Y%m%d}",
        is_woman=is_woman,
        branch=chance.choice((0, 0, 1)),
        wishes=tuple(wishes),
    )


def _draw_loan(chance: Random) -> Wish:
    """Most pay in time to the end, some late, and a few stop."""
    product, amount, term = _draw_terms(chance)
    habit = chance.random()
    pays, delay_days = term, chance.choice((-5, -3, -2, -1, 0, 0))
    if habit > 0.75:
        delay_days = chance.choice((1, 2, 4, 8, 15, 25))
    if habit > 0.90:
        pays = chance.randrange(term)
    days_ago = chance.randint(5, FIRST_DAY_AGO - 5)
    return Wish(product, amount, term, days_ago, Stage.LOAN, chance.choice(list(Purpose)), pays, delay_days)


def _draw_lately(chance: Random, stage: Stage) -> Wish:
    product, amount, term = _draw_terms(chance)
    if stage is Stage.RECOMMENDED:
        product, amount, term = "EASY", Decimal(chance.randint(60, 150)) * 1000, 36
    days_ago = chance.randint(5, 50 if stage in {Stage.DECLINED, Stage.OFFERED, Stage.CANCELLED} else 12)
    return Wish(product, amount, term, days_ago, stage, chance.choice(list(Purpose)))


def _draw_given_up(chance: Random, stage: Stage) -> Wish:
    product, amount, term = _draw_terms(chance)
    days_ago = chance.randint(RECOVERED_AFTER_DAYS + 15, FIRST_DAY_AGO - 5)
    pays = chance.randrange(term)
    return Wish(product, amount, term, days_ago, stage, chance.choice(list(Purpose)), min(pays, 2))


def _draw_terms(chance: Random) -> tuple[str, Decimal, int]:
    product = chance.choice(("EASY", "EASY", "STEADY", "BRIDGE", "ZERO"))
    return product, Decimal(chance.randint(*_HUNDREDS[product])) * 100, chance.choice(_TERMS[product])


def phone_of(number: int) -> str:
    """Give the phone of the customer with this number, from 1."""
    return f"138{number:08d}"


def identity_number_of(customer: DemoCustomer, number: int) -> str:
    """Make a number that passes its checks, of a place that does not exist."""
    digits = f"999999{customer.born}{2 * number + (0 if customer.is_woman else 1):03d}"
    return digits + check_character(digits)


def card_of(number: int) -> str:
    """Make a card number that passes Luhn."""
    return next(card for card in _cards(f"62220299{number:010d}") if satisfies_luhn(card))


def _cards(digits: str) -> Iterator[str]:
    return (f"{digits}{last}" for last in range(10))
