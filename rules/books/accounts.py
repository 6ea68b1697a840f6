"""The chart of accounts, and which side of the balance sheet each stands on."""

from enum import StrEnum


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
    LOANS_RECEIVABLE = "LOANS_RECEIVABLE"
    """Principal that customers still owe."""
    CUSTOMER_CREDIT = "CUSTOMER_CREDIT"
    """Received beyond what was due, kept for the customer."""
    SUSPENSE = "SUSPENSE"
    """Received, and not yet clear what for."""
    INTEREST_INCOME = "INTEREST_INCOME"
    """Interest that was paid."""
    PENALTY_INCOME = "PENALTY_INCOME"
    """Penalty interest that was paid."""
    FEE_INCOME = "FEE_INCOME"
    """Fees that were kept back or paid."""
    RECOVERY_INCOME = "RECOVERY_INCOME"
    """Principal that was paid after it had been written off."""
    WRITE_OFF_EXPENSE = "WRITE_OFF_EXPENSE"
    """Principal that is no longer expected to be paid."""


KINDS = {
    AccountCode.CASH: AccountKind.ASSET,
    AccountCode.LOANS_RECEIVABLE: AccountKind.ASSET,
    AccountCode.CUSTOMER_CREDIT: AccountKind.LIABILITY,
    AccountCode.SUSPENSE: AccountKind.LIABILITY,
    AccountCode.INTEREST_INCOME: AccountKind.INCOME,
    AccountCode.PENALTY_INCOME: AccountKind.INCOME,
    AccountCode.FEE_INCOME: AccountKind.INCOME,
    AccountCode.RECOVERY_INCOME: AccountKind.INCOME,
    AccountCode.WRITE_OFF_EXPENSE: AccountKind.EXPENSE,
}
