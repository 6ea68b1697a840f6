"""What is loaded of a loan so that it can be replayed, as Python takes it."""

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import orjson

from models.loans.loans import Loan
from models.loans.replays import EVENT, FEE
from models.products.products import Fee, ProductVersion
from rules.books.accounts import AccountCode
from rules.money import from_millionths
from rules.products.holidays import SpecialDay, SpecialDayKind
from rules.products.repricing import RatePoint

_LISTS = ("events", "installments", "allocations")
_day = date.fromisoformat


class StoredPoints(NamedTuple):
    """What an installment was rewarded with so far."""

    points: int = 0
    movements: int = 0
    lot_id: int | None = None
    """That of the last movement."""


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
    points: dict[int, StoredPoints]
    """By the number of the installment."""
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


def stored(loan: Loan, loaded: dict[str, Any], products: dict[int, StoredProduct] | None = None) -> Stored:
    """Read what `LOAD` gave for a loan; what else the row holds is left in it.

    `products` are those that were read with other loans, at the same moment: most loans share one.
    """
    lists = {name: orjson.loads(loaded.pop(name) or "[]") for name in _LISTS}
    points = dict[int, StoredPoints]()
    for number, moved, lot_id in orjson.loads(loaded.pop("points") or "[]"):
        before = points.get(number, StoredPoints())
        points[number] = StoredPoints(before.points + moved, before.movements + 1, lot_id)
    objects = {name: orjson.loads(loaded.pop(name) or "{}") for name in ("balances", "accounts")}
    borrowed, stated_on = loaded.pop("borrowed") or 0, loaded.pop("stated_on")
    del loaded["loan_id"]
    product = (products or {}).get(loaded["id"]) or StoredProduct.read(loaded)
    if products is not None:
        products[product.version.id] = product
    return Stored(
        loan=loan,
        **product._asdict(),
        borrowed=borrowed,
        stated_on=_day(stated_on) if isinstance(stated_on, str) else stated_on,  # SQLite's driver gives text.
        events=tuple(dict(zip(EVENT, event, strict=True)) for event in lists["events"]),
        installments={row[0]: tuple(row) for row in lists["installments"]},
        allocations={(row[0], row[1]): tuple(row) for row in lists["allocations"]},
        balances={AccountCode(code): cents for code, cents in objects["balances"].items()},
        points=points,
        accounts={AccountCode(code): id for code, id in objects["accounts"].items()},
    )
