"""The closed lists a product is made of."""

from enum import StrEnum


class RepaymentMethod(StrEnum):
    """How principal and interest are spread over the term."""

    EQUAL_INSTALLMENT = "EQUAL_INSTALLMENT"
    """The same sum each period, at first mostly interest, later mostly principal (等额本息)."""
    EQUAL_PRINCIPAL = "EQUAL_PRINCIPAL"
    """The same part of the principal each period; interest falls, and the sum with it (等额本金)."""
    INTEREST_ONLY = "INTEREST_ONLY"
    """Interest each period, the whole principal with the last (先息后本)."""
    BULLET = "BULLET"
    """One payment at the end of the term: principal and all interest (到期一次还本付息)."""
    FLAT_FEE = "FLAT_FEE"
    """The same part of the principal each period, and interest on the amount first borrowed, whatever is repaid (等本等费)."""
    STEP_UP = "STEP_UP"
    """Installments that grow by the same share every so many periods (递增还款)."""
    IRREGULAR = "IRREGULAR"
    """Due days and parts of the principal entered by hand (自定义还款)."""


class Frequency(StrEnum):
    """How often an installment falls due."""

    MONTHLY = "MONTHLY"
    """Twelve times a year, on the same day of the month or, where a month has none, on its last."""
    FORTNIGHTLY = "FORTNIGHTLY"
    """Every 14 days; 26 to the year."""
    WEEKLY = "WEEKLY"
    """Every 7 days; 52 to the year."""

    @property
    def periods_a_year(self) -> int:
        return {Frequency.MONTHLY: 12, Frequency.FORTNIGHTLY: 26, Frequency.WEEKLY: 52}[self]

    @property
    def days(self) -> int:
        """The days of a period that is not a month."""
        assert self is not Frequency.MONTHLY
        return 14 if self is Frequency.FORTNIGHTLY else 7


class DayCount(StrEnum):
    """What part of a year lies between two days."""

    TWELFTHS = "TWELFTHS"
    """Every whole period counts alike (a month 1/12, a fortnight 1/26, a week 1/52), part of one by its days."""
    ACT_360 = "ACT_360"
    """Days / 360."""
    ACT_365F = "ACT_365F"
    """Days / 365, in leap years too."""
    ACT_ACT = "ACT_ACT"
    """Days of leap years / 366, all others / 365; a period over New Year is split there (ISDA)."""
    THIRTY_360 = "THIRTY_360"
    """Months of 30 days in years of 360; a 31st counts as the 30th (30E/360)."""


class Rounding(StrEnum):
    """What an installment (or, with equal principal, its part of it) is rounded to; interest is always to the cent."""

    CENT = "CENT"
    """To the cent, half up."""
    UNIT = "UNIT"
    """To whole units of the currency, half up."""
    UNIT_UP = "UNIT_UP"
    """To whole units of the currency, always up."""


class HolidayRule(StrEnum):
    """Where an installment goes whose day is no business day."""

    NEVER = "NEVER"
    """It stays."""
    NEXT = "NEXT"
    """To the next business day."""
    MODIFIED_NEXT = "MODIFIED_NEXT"
    """To the next business day, but back to the one before where the next is in another month."""


class HolidayInterest(StrEnum):
    """Until when interest runs where a due day is moved."""

    TO_DUE_DAY = "TO_DUE_DAY"
    """Until the day as agreed: the move changes no amount."""
    TO_MOVED_DAY = "TO_MOVED_DAY"
    """Until the day it was moved to."""


class GraceKind(StrEnum):
    """What is asked for in the periods of grace at the beginning."""

    PRINCIPAL = "PRINCIPAL"
    """Interest only."""
    PAYMENT = "PAYMENT"
    """Nothing; the interest comes on top of the first installment after them, and bears none itself."""


class FeeKind(StrEnum):
    """When a fee is taken."""

    UPFRONT = "UPFRONT"
    """Kept back when the loan is paid out."""
    FINANCED = "FINANCED"
    """Added to the principal when the loan is paid out."""
    PERIODIC = "PERIODIC"
    """With each installment."""
    PREPAYMENT = "PREPAYMENT"
    """With a prepayment, as a share of the principal it repays early."""


class DueComponent(StrEnum):
    """What a payment can pay for."""

    COSTS = "COSTS"
    """Fees that fall due with an installment."""
    PENALTY = "PENALTY"
    """Penalty interest."""
    INTEREST = "INTEREST"
    """The price of the money lent."""
    PRINCIPAL = "PRINCIPAL"
    """The amount borrowed."""


class PenaltyStart(StrEnum):
    """From when penalty interest runs, once the days of grace are over."""

    DUE_DAY = "DUE_DAY"
    """From the due day: who pays too late pays for the days of grace, too."""
    GRACE_END = "GRACE_END"
    """From the last day of grace."""


class ExcessRule(StrEnum):
    """What becomes of a payment beyond what is due on its day."""

    NEXT_INSTALLMENTS = "NEXT_INSTALLMENTS"
    """It pays the coming installments, in each as the allocation order says; what is left then is kept as credit."""
    CREDIT = "CREDIT"
    """It is kept as credit, and pays what falls due next on its day."""
    REFUSED = "REFUSED"
    """The payment is refused."""


class PayoffRule(StrEnum):
    """Which interest a prepayment owes for the period it falls in."""

    TO_DATE = "TO_DATE"
    """Until the day itself."""
    TO_PERIOD_END = "TO_PERIOD_END"
    """Until the period ends."""


def components(order: str) -> list[DueComponent]:
    """Read an order of components from its text, with commas between them."""
    return [DueComponent(each) for each in order.split(",")]
