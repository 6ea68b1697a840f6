"""The house of the demo: its branches, its staff and what it lends."""

from dataclasses import dataclass
from decimal import Decimal

from resolvers.products.products import NewFee
from rules.people.access import Role
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
    DemoStaff("manager2", "卫志强", Role.MANAGER, (0, 1)),
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


FLOORS = {"EASY": Decimal("0.0680"), "STEADY": Decimal("0.0570")}
"""By product, how far a discount can lower its rate."""


@dataclass(frozen=True)
class DemoTransfer:
    """A transfer in CNY that matches no loan; sent back, where a reason is given."""

    days_ago: int
    amount: Decimal
    reference: str
    payer_name: str
    note: str | None
    sent_back_for: str | None = None


TRANSFERS = (
    DemoTransfer(40, Decimal("1280.00"), "ICBC20260001", "蒋国强", "货款", "汇错账户，已与付款人电话确认"),
    DemoTransfer(9, Decimal("560.00"), "ABC20260417", "沈丽", "还贷款"),
    DemoTransfer(2, Decimal("2035.50"), "CCB20260533", "韩冬", None),
)
