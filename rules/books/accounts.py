"""The chart of accounts, and which side of the balance sheet each stands on."""

from enum import StrEnum
from typing import NamedTuple


class AccountKind(StrEnum):
    """The side of the books an account stands on."""

    ASSET = "ASSET"
    """What we own or are owed."""
    LIABILITY = "LIABILITY"
    """What we owe others."""
    INCOME = "INCOME"
    """What we earned."""
    EXPENSE = "EXPENSE"
    """What we lost or spent."""


class AccountCode(StrEnum):
    """Every account we post to; debits are positive amounts, credits negative."""

    CASH = "CASH"
    """Money in our own bank accounts."""
    ACCRUED_INTEREST = "ACCRUED_INTEREST"
    """Interest that was earned by the end of a month, and not paid yet."""
    LOANS_RECEIVABLE = "LOANS_RECEIVABLE"
    """Principal that customers still owe."""
    CUSTOMER_CREDIT = "CUSTOMER_CREDIT"
    """Received beyond what was due, kept for the customer."""
    SUSPENSE = "SUSPENSE"
    """Received, and not yet clear what for."""
    REWARDS_PAYABLE = "REWARDS_PAYABLE"
    """What we owe partners for rewards that they handed out."""
    REFINANCING = "REFINANCING"
    """What a new loan settles of an older one: lent by the one entry and received by the next, so it holds nothing."""
    POINTS_LIABILITY = "POINTS_LIABILITY"
    """What the points that customers hold will cost us."""
    INTEREST_INCOME = "INTEREST_INCOME"
    """Interest that was paid, and at the end of a month what was earned beside it."""
    PENALTY_INCOME = "PENALTY_INCOME"
    """Penalty interest that was paid."""
    FEE_INCOME = "FEE_INCOME"
    """Fees that were kept back or paid."""
    RECOVERY_INCOME = "RECOVERY_INCOME"
    """Principal that was paid after it had been written off."""
    WRITE_OFF_EXPENSE = "WRITE_OFF_EXPENSE"
    """Principal that is no longer expected to be paid."""
    POINTS_EXPENSE = "POINTS_EXPENSE"
    """What the points that customers were given will cost us."""
    REDRESS_EXPENSE = "REDRESS_EXPENSE"
    """What made up for complaints: fees that were given back."""
    REWARDS_EXPENSE = "REWARDS_EXPENSE"
    """What the rewards that customers had for points cost us: vouchers that paid for them, and what partners handed out."""


class ChartLine(NamedTuple):
    """How the chart of accounts first shows an account: from then on its number and names are data."""

    number: str
    name_zh: str
    name_en: str
    kind: AccountKind


CHART = {
    AccountCode.CASH: ChartLine("1002", "银行存款", "Cash at banks", AccountKind.ASSET),
    AccountCode.ACCRUED_INTEREST: ChartLine("1132", "应收利息", "Accrued interest", AccountKind.ASSET),
    AccountCode.LOANS_RECEIVABLE: ChartLine("1303", "贷款", "Loans receivable", AccountKind.ASSET),
    AccountCode.CUSTOMER_CREDIT: ChartLine("2203", "预收账款", "Customer credit", AccountKind.LIABILITY),
    AccountCode.SUSPENSE: ChartLine("2241", "其他应付款——暂收款", "Suspense", AccountKind.LIABILITY),
    AccountCode.REFINANCING: ChartLine("2242", "清算往来——以新还旧", "Refinancing", AccountKind.LIABILITY),
    AccountCode.REWARDS_PAYABLE: ChartLine("2243", "其他应付款——权益", "Rewards payable", AccountKind.LIABILITY),
    AccountCode.POINTS_LIABILITY: ChartLine("2801", "预计负债——积分", "Points liability", AccountKind.LIABILITY),
    AccountCode.INTEREST_INCOME: ChartLine("6011", "利息收入", "Interest income", AccountKind.INCOME),
    AccountCode.PENALTY_INCOME: ChartLine("601101", "罚息收入", "Penalty interest income", AccountKind.INCOME),
    AccountCode.FEE_INCOME: ChartLine("6021", "手续费及佣金收入", "Fee income", AccountKind.INCOME),
    AccountCode.RECOVERY_INCOME: ChartLine("6301", "已核销贷款收回", "Recoveries", AccountKind.INCOME),
    AccountCode.POINTS_EXPENSE: ChartLine("6601", "销售费用——积分", "Points expense", AccountKind.EXPENSE),
    AccountCode.REWARDS_EXPENSE: ChartLine("660101", "营销费用——权益兑付", "Rewards expense", AccountKind.EXPENSE),
    AccountCode.WRITE_OFF_EXPENSE: ChartLine("6701", "贷款核销损失", "Loans written off", AccountKind.EXPENSE),
    AccountCode.REDRESS_EXPENSE: ChartLine(
        "671101", "营业外支出——客户补偿", "Redress to customers", AccountKind.EXPENSE
    ),
}
"""Every account in the chart's order. Numbers after the Chinese accounting standards' chart of 2006, from memory."""

KINDS = {code: line.kind for code, line in CHART.items()}
