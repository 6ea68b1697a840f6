"""What is loaded of a loan so that it can be replayed, as Python takes it."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from models.database.handwritten import read_date
from models.loans.loans import Loan
from models.loans.replays import EARNING_RULE, EVENT, FEE
from models.products.products import Fee, ProductVersion
from rules.books.accounts import AccountCode
from rules.loyalty.earning import Done, EarningTerms
from rules.loyalty.kinds import Act, CapPeriod, LotState, PointsKind
from rules.money import from_millionths
from rules.products.holidays import SpecialDay, SpecialDayKind
from rules.products.repricing import DatedDiscount, RatePoint

_LISTS = ("events", "installments", "allocations")
_day = date.fromisoformat


@dataclass
class StoredAward:
    """What was given for something done, and what can be taken back of it."""

    is_given: bool = False
    """It was given, or was not because of a cap, and not taken back since."""
    movements: int = 0
    entry_id: int = 0
    """That which gave it last."""
    at_least: int | None = None
    """What its rule asks for."""
    lot_id: int | None = None
    """None where nothing was given."""
    points: int = 0
    """What was given, less what of it has expired."""
    qualifying: int = 0
    is_pending: bool = False


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A loan that is paid out: what its figures follow from, and how they are kept now."""

    loan: Loan
    version: ProductVersion
    fees: tuple[Fee, ...]
    special_days: tuple[SpecialDay, ...]
    """None where its terms move no due day."""
    rate_points: tuple[RatePoint, ...]
    """The values of the reference rate it follows, ascending; none if it follows none."""
    discounts: tuple[DatedDiscount, ...]
    """What comes off its rate from when on, ascending; none unless its rate floats."""
    borrowed: int
    """In cents, as the other amounts: the principal at the payout, without fees that were financed."""
    events: tuple[dict[str, Any], ...]
    """By their columns: `EVENT`."""
    stated_on: date | None
    """The due day of its last statement."""
    installments: dict[int, tuple[Any, ...]]
    """By number, as `INSTALLMENT` says."""
    allocations: dict[tuple[int, str], tuple[Any, ...]]
    """By event and day, as `ALLOCATION` says."""
    balances: dict[AccountCode, int]
    """What the journal says of it, by account."""
    awards: dict[Done, StoredAward]
    """What was rewarded so far."""
    earning_rules: tuple[EarningTerms, ...]
    """Those that were approved."""
    points_used: dict[Act, int]
    """What the customer got so far, in the period of today, of rules that have a cap; shared by loans of one customer."""
    points_percent: int
    """What his tier makes of a rule's points."""
    accounts: dict[AccountCode, int]
    """The ids of the accounts that the loan's currency has had so far."""


class StoredProduct(NamedTuple):
    """What a loan's product says, and what that follows."""

    version: ProductVersion
    fees: tuple[Fee, ...]
    special_days: tuple[SpecialDay, ...]
    rate_points: tuple[RatePoint, ...]

    @classmethod
    def read(cls, loaded: dict[str, Any]) -> "StoredProduct":
        lists = {name: orjson.loads(loaded.pop(name) or "[]") for name in ("fees", "special_days", "rate_points")}
        return cls(
            version=ProductVersion._init_from_db(**loaded),
            fees=tuple(Fee._init_from_db(**dict(zip(FEE, fee, strict=True))) for fee in lists["fees"]),
            special_days=tuple(SpecialDay(_day(day), SpecialDayKind(kind)) for day, kind in lists["special_days"]),
            rate_points=tuple(
                RatePoint(_day(day), from_millionths(rate)) for day, rate in sorted(lists["rate_points"])
            ),
        )


def stored(
    loan: Loan,
    loaded: dict[str, Any],
    products: dict[int, StoredProduct] | None = None,
    used: dict[int, dict[Act, int]] | None = None,
) -> Stored:
    """Read what `LOAD` gave for a loan; what else the row holds is left in it.

    `products` are those that were read with other loans, at the same moment: most loans share one. `used` are the points
    that customers got of rules that have a cap.
    """
    lists = {name: orjson.loads(loaded.pop(name) or "[]") for name in _LISTS}
    objects = {name: orjson.loads(loaded.pop(name) or "{}") for name in ("balances", "accounts", "points_used")}
    owner_id, shared = loan.customer_id, {} if used is None else used
    used_so_far = {Act(act): points for act, points in objects["points_used"].items()}
    discounts = sorted(orjson.loads(loaded.pop("discounts") or "[]"))
    borrowed, stated_on = loaded.pop("borrowed") or 0, loaded.pop("stated_on")
    awards, percent = _awards(loaded.pop("points")), loaded.pop("points_percent")
    earning_rules = _earning_rules(loaded.pop("earning_rules") or "[]")
    del loaded["loan_id"]
    product = (products or {}).get(loaded["id"]) or StoredProduct.read(loaded)
    if products is not None:
        products[product.version.id] = product
    return Stored(
        loan=loan,
        **product._asdict(),
        discounts=tuple(DatedDiscount(_day(day), bp, from_millionths(floor)) for day, bp, floor in discounts),
        borrowed=borrowed,
        stated_on=read_date(stated_on),
        events=tuple(dict(zip(EVENT, event, strict=True)) for event in lists["events"]),
        installments={row[0]: tuple(row) for row in lists["installments"]},
        allocations={(row[0], row[1]): tuple(row) for row in lists["allocations"]},
        balances={AccountCode(code): cents for code, cents in objects["balances"].items()},
        awards=awards,
        earning_rules=earning_rules,
        points_used=shared.setdefault(owner_id, used_so_far),
        points_percent=percent,
        accounts={AccountCode(code): id for code, id in objects["accounts"].items()},
    )


def _awards(loaded: str | None) -> dict[Done, StoredAward]:
    awards = dict[Done, StoredAward]()
    for id, act, number, kind, qualifying, at_least, lot_id, earned, expired, state in sorted(
        orjson.loads(loaded or "[]")
    ):
        award = awards.setdefault(Done(Act(act), number), StoredAward())
        award.movements += 1
        award.is_given = kind != PointsKind.TAKEN_BACK
        if award.is_given:
            award.entry_id, award.at_least, award.lot_id, award.qualifying = id, at_least, lot_id, qualifying
            award.points = earned - expired if lot_id is not None else 0
            award.is_pending = state == LotState.PENDING
    return awards


@lru_cache(maxsize=16)
def _earning_rules(loaded: str) -> tuple[EarningTerms, ...]:
    """Read the rules; most loans are loaded under the same ones."""
    return tuple(_earning_rule(dict(zip(EARNING_RULE, rule, strict=True))) for rule in orjson.loads(loaded))


def _earning_rule(rule: dict[str, Any]) -> EarningTerms:
    act, period, until = Act(rule.pop("act")), rule.pop("cap_period"), rule.pop("valid_to")
    return EarningTerms(
        act=act,
        cap_period=CapPeriod(period) if period else None,
        is_qualifying=bool(rule.pop("is_qualifying")),
        valid_from=_day(rule.pop("valid_from")),
        valid_to=_day(until) if until else None,
        **rule,
    )
