"""Who lives in the demo: invented people, their wishes, and how they pay."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto

from resolvers.products.products import NewFee
from rules.applications.kinds import Purpose
from rules.people.access import Role
from rules.people.bank_accounts import satisfies_luhn
from rules.people.identity_numbers import check_character
from rules.people.kinds import Locale
from rules.products.kinds import FeeKind, RepaymentMethod

PASSWORD = "goodterms-demo"  # noqa: S105  It is printed for everybody to see.
CUSTOMER_LOGIN = "13800000001"
"""The phone of the customer as whom `token customer` signs in."""
OFFICER_LIMIT = Decimal("50000.00")

BRANCHES = (("SH01", "上海静安支行", "Shanghai Jing'an"), ("HZ01", "杭州西湖支行", "Hangzhou West Lake"))
"""Code and names; the first is the default."""


@dataclass(frozen=True)
class DemoStaff:
    """Somebody at a desk; the branches are those of `BRANCHES`, by number."""

    login: str
    name: str
    role: Role
    branches: tuple[int, ...] = ()
    decision_limit: Decimal | None = None


STAFF = (
    DemoStaff("officer", "周建国", Role.OFFICER, (0,), OFFICER_LIMIT),
    DemoStaff("officer2", "吴秀兰", Role.OFFICER, (1,), OFFICER_LIMIT),
    DemoStaff("manager", "郑海燕", Role.MANAGER, (0, 1)),
    DemoStaff("marketer", "冯晓", Role.MARKETER),
    DemoStaff("auditor", "陈正", Role.AUDITOR),
    DemoStaff("admin", "褚明", Role.ADMIN),
)


@dataclass(frozen=True)
class DemoProduct:
    """Terms in CNY."""

    code: str
    name_zh: str
    name_en: str
    method: RepaymentMethod
    annual_rate: Decimal
    amounts: tuple[Decimal, Decimal]
    terms: tuple[int, int]
    fees: tuple[NewFee, ...] = ()


PRODUCTS = (
    DemoProduct(
        "EASY",
        "轻松贷",
        "Easy Loan",
        RepaymentMethod.EQUAL_INSTALLMENT,
        Decimal("0.0720"),
        (Decimal("1000.00"), Decimal("200000.00")),
        (3, 36),
    ),
    DemoProduct(
        "STEADY",
        "稳步贷",
        "Steady Loan",
        RepaymentMethod.EQUAL_PRINCIPAL,
        Decimal("0.0600"),
        (Decimal("10000.00"), Decimal("300000.00")),
        (6, 60),
    ),
    DemoProduct(
        "BRIDGE",
        "周转贷",
        "Bridge Loan",
        RepaymentMethod.INTEREST_ONLY,
        Decimal("0.0480"),
        (Decimal("5000.00"), Decimal("100000.00")),
        (1, 12),
        (NewFee(FeeKind.UPFRONT, "手续费", "Handling fee", Decimal("0.0100")),),
    ),
    DemoProduct(
        "ZERO",
        "免息分期",
        "Zero Interest",
        RepaymentMethod.EQUAL_INSTALLMENT,
        Decimal("0.0000"),
        (Decimal("500.00"), Decimal("20000.00")),
        (3, 12),
        (NewFee(FeeKind.UPFRONT, "服务费", "Service fee", Decimal("0.0200")),),
    ),
)


class Stage(Enum):
    """How far somebody went, or was let go."""

    DRAFT = auto()
    WITHDRAWN = auto()
    SUBMITTED = auto()
    RECOMMENDED = auto()
    DECLINED = auto()
    OFFERED = auto()
    ACCEPTED = auto()
    LOAN = auto()


@dataclass(frozen=True)
class DemoCustomer:
    """A customer with one wish, and how many installments he pays in time, or late, before he stops."""

    name: str
    born: str
    is_woman: bool
    branch: int
    product: str
    amount: Decimal
    term: int
    days_ago: int
    """When he asked for it."""
    stage: Stage = Stage.LOAN
    purpose: Purpose = Purpose.HOUSEHOLD
    pays: int = 0
    """At most so many installments."""
    delay_days: int = -2
    """Days after the due day on which he pays."""
    locale: Locale | None = None


CUSTOMERS = (
    DemoCustomer("王小雨", "19920315", True, 0, "EASY", Decimal("12000.00"), 12, 200, pays=12),
    DemoCustomer("李明", "19880722", False, 0, "EASY", Decimal("6000.00"), 6, 230, pays=6),
    DemoCustomer("张伟", "19790109", False, 0, "STEADY", Decimal("80000.00"), 24, 160, pays=2, delay_days=3),
    DemoCustomer("刘芳", "19951130", True, 0, "BRIDGE", Decimal("20000.00"), 6, 120, pays=9),
    DemoCustomer("陈静", "19840605", True, 0, "ZERO", Decimal("3000.00"), 3, 150, pays=3, purpose=Purpose.TRAVEL),
    DemoCustomer("杨磊", "19900218", False, 1, "EASY", Decimal("30000.00"), 24, 100, pays=1, purpose=Purpose.VEHICLE),
    DemoCustomer("赵敏", "19970912", True, 1, "EASY", Decimal("8000.00"), 12, 75, pays=0, purpose=Purpose.MEDICAL),
    DemoCustomer("Anna Müller", "19860427", True, 1, "STEADY", Decimal("24000.00"), 12, 65, pays=9, locale=Locale.EN),
    DemoCustomer("黄强", "19810813", False, 1, "EASY", Decimal("15000.00"), 12, 14, Stage.OFFERED),
    DemoCustomer("周婷", "19990101", True, 1, "EASY", Decimal("5000.00"), 6, 9, Stage.ACCEPTED),
    DemoCustomer("吴刚", "19760303", False, 0, "STEADY", Decimal("150000.00"), 36, 6, Stage.RECOMMENDED),
    DemoCustomer("徐丽", "19930625", True, 0, "EASY", Decimal("10000.00"), 12, 3, Stage.SUBMITTED),
    DemoCustomer("孙涛", "19871117", False, 1, "EASY", Decimal("20000.00"), 24, 2, Stage.SUBMITTED),
    DemoCustomer("马丽娜", "20010520", True, 0, "ZERO", Decimal("2000.00"), 6, 1, Stage.DRAFT),
    DemoCustomer("胡军", "19700101", False, 0, "EASY", Decimal("40000.00"), 12, 40, Stage.DECLINED),
    DemoCustomer("朱莉", "19940404", True, 1, "BRIDGE", Decimal("30000.00"), 3, 30, Stage.WITHDRAWN),
)


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
