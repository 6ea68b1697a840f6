"""The closed lists a product is made of."""

from enum import StrEnum


class RepaymentMethod(StrEnum):
    """How principal and interest are spread over the term."""

    EQUAL_INSTALLMENT = "EQUAL_INSTALLMENT"
    """The same sum each month, at first mostly interest, later mostly principal (等额本息)."""
    EQUAL_PRINCIPAL = "EQUAL_PRINCIPAL"
    """The same part of the principal each month; interest falls, and the sum with it (等额本金)."""
    INTEREST_ONLY = "INTEREST_ONLY"
    """Interest each month, the whole principal with the last (先息后本)."""


class FeeKind(StrEnum):
    """When a fee is taken."""

    UPFRONT = "UPFRONT"
    """Kept back when the loan is paid out."""
