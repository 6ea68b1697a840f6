"""What disclosures and contracts say of a loan: the sentences that its terms make true, and the figures in them."""

from models import ProductVersion
from notifications import words
from resolvers.loyalty import benefits
from resolvers.products.terms import fees_of
from rules.loans.refinancings import Refinanced
from rules.money import ZERO, Money
from rules.people.kinds import Locale, in_language
from rules.products.kinds import (
    ExcessRule,
    FeeKind,
    Frequency,
    HolidayRule,
    PayoffRule,
    RepaymentMethod,
    components,
)
from rules.products.quotes import Figures
from rules.products.repricing import BASIS_POINT, RateType

_PLACES = ("first", "second", "third", "fourth")

Wording = tuple[str, dict[str, object]]
"""The key of a sentence, and the values that it names."""

EXCESS = {
    ExcessRule.NEXT_INSTALLMENTS: "contract.ahead_next",
    ExcessRule.CREDIT: "contract.ahead_credit",
    ExcessRule.REFUSED: "contract.ahead_refused",
}
PAYOFF = {PayoffRule.TO_DATE: "contract.early_to_date", PayoffRule.TO_PERIOD_END: "contract.early_to_period_end"}
HOLIDAYS = {HolidayRule.NEXT: "contract.holiday_next", HolidayRule.MODIFIED_NEXT: "contract.holiday_modified"}


async def words_of(
    version: ProductVersion, figures: Figures, locale: Locale, due_day: int | None, replaced: Refinanced | None
) -> dict[str, object]:
    """Give the named values in which texts speak of a loan; `due_day` is that which the customer chose.

    `replaced` is the older loan that it settles.
    """
    currency = figures.currency
    received, payout = _payout(figures, replaced)
    early, late = await _early(version), _late(version)
    interest, lowered = _interest(version, figures), _discount(version, figures, locale)
    waived = _waived(figures, locale)
    repayment = [
        *_due(version, due_day),
        *_grace(version),
        (EXCESS[version.excess], {}),
        *early,
        *_withdrawal(version, replaced),
    ]
    changes = [interest] if version.rate_type is RateType.FLOATING else []
    order = components(version.allocation_order)
    return {
        "product": in_language(version.name_zh, version.name_en, locale),
        "method": version.method,
        "frequency": version.frequency,
        "day_count": version.day_count,
        "amount": Money(figures.amount, currency),
        "received": _said([received], locale),
        "payout_clause": _said([payout, *waived], locale),
        "term": figures.term,
        "annual_rate": figures.annual_rate,
        "installment": Money(figures.installment, currency),
        "total_interest": Money(figures.total_interest, currency),
        "total_fees": Money(figures.total_fees, currency),
        "total_cost": Money(figures.total_cost, currency),
        "annual_cost": figures.annual_cost,
        "interest_clause": _said([interest, *lowered], locale),
        "repayment_clauses": _said(repayment, locale),
        "late_clause": _said(late, locale),
        "other_costs": _said([*changes, *lowered, *waived, *early, *late], locale),
        "order_clause": words.say("contract.order", locale, **dict(zip(_PLACES, order, strict=True))),
    }


def _said(wordings: list[Wording], locale: Locale) -> str:
    return "\n".join(words.say(key, locale, **values) for key, values in wordings)


def _payout(figures: Figures, replaced: Refinanced | None) -> tuple[Wording, Wording]:
    """Say what reaches the customer, for the disclosure and for the contract."""
    received = figures.received - (replaced.settled.amount if replaced else ZERO)
    values: dict[str, object] = {"received": Money(received, figures.currency)}
    if replaced is None:
        return ("disclosure.received", values), ("contract.payout", values)
    values |= {"refinanced": replaced.number, "settled": replaced.settled}
    return ("disclosure.received_refinancing", values), ("contract.payout_refinancing", values)


def _interest(version: ProductVersion, figures: Figures) -> Wording:
    if version.rate_type is RateType.FIXED:
        return "contract.interest_fixed", {"annual_rate": figures.annual_rate}
    assert version.reference_rate is not None
    assert version.repricing is not None
    return "contract.interest_floating", {
        "annual_rate": figures.annual_rate,
        "reference_rate": version.reference_rate,
        "spread": version.spread_bp * BASIS_POINT,
        "repricing": version.repricing,
    }


def _discount(version: ProductVersion, figures: Figures, locale: Locale) -> list[Wording]:
    """Say what came off the rate, why, and that it stays off."""
    discount = figures.discount
    if discount is None:
        return []
    values: dict[str, object] = {
        "points": discount.bp,
        "reason": benefits.reason_of(discount, locale),
        "rate_before": discount.rate_before,
        "annual_rate": discount.rate_after,
    }
    if version.rate_type is RateType.FIXED:
        return [("contract.discount", values)]
    return [("contract.discount_floating", {**values, "floor": discount.grant.floor})]


def _waived(figures: Figures, locale: Locale) -> list[Wording]:
    """Say how much of the fees is waived, why, and that it stays so."""
    if figures.waiver is None:
        return []
    values: dict[str, object] = {
        "percent": figures.waiver.percent,
        "reason": benefits.level_of(figures.waiver, locale),
        "waived": Money(figures.fees_waived, figures.currency),
        "fees_before": Money(figures.total_fees + figures.fees_waived, figures.currency),
        "total_fees": Money(figures.total_fees, figures.currency),
    }
    return [("contract.fee_waiver", values)]


def _due(version: ProductVersion, due_day: int | None) -> list[Wording]:
    day = due_day or version.due_day
    moved: list[Wording] = [(HOLIDAYS[version.holiday_rule], {})] if version.holiday_rule in HOLIDAYS else []
    if version.method is RepaymentMethod.BULLET:
        return [("contract.due_at_once", {}), *moved]
    if version.frequency is not Frequency.MONTHLY:
        return [("contract.due_by_days", {"days": version.frequency.days}), *moved]
    return [("contract.due_day", {"day": day}) if day else ("contract.due_payout_day", {}), *moved]


def _grace(version: ProductVersion) -> list[Wording]:
    return [("contract.grace", {"periods": version.grace_periods})] if version.grace_periods else []


async def _early(version: ProductVersion) -> list[Wording]:
    """Say what repaying early costs: the highest share that is ever asked for."""
    fee = max((fee.rate for fee in await fees_of(version) if fee.kind is FeeKind.PREPAYMENT), default=None)
    charged: Wording = ("contract.early_free", {}) if not fee else ("contract.early_fee", {"fee": fee})
    return [charged, (PAYOFF[version.payoff], {})]


def _late(version: ProductVersion) -> list[Wording]:
    if version.penalty_multiplier is None:
        return [("contract.late_free", {})]
    days = version.penalty_grace_days
    free: list[Wording] = [("contract.late_grace", {"days": days})] if days else []
    return [("contract.late_penalty", {"multiplier": version.penalty_multiplier.normalize()}), *free]


def _withdrawal(version: ProductVersion, replaced: Refinanced | None) -> list[Wording]:
    if not version.cooling_off_days:
        return []
    key = "contract.withdrawal" if replaced is None else "contract.withdrawal_refinancing"
    return [(key, {"days": version.cooling_off_days})]
