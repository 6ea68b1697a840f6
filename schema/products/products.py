"""What we lend."""

from __future__ import annotations

from datetime import date

import models
from rules.people.kinds import in_language
from rules.products.kinds import FeeKind, RepaymentMethod
from schema.declarations import LOCALE, Node, children, computed, money, node, relation, root
from schema.money import Money
from schema.scalars import Rate


@node(models.Product)
class Product(Node):
    """A kind of loan we offer."""

    code: str
    """Short and stable, such as EASY."""
    current_version: ProductVersion | None = relation(via="product_id", order_by="number", is_current=True)
    """The terms that new applications get; null while there are none."""


@node(models.ProductVersion)
class ProductVersion(Node):
    """The terms of a product for some time; a loan keeps those it was signed under."""

    product: Product = relation("product_id")
    """The product these are terms of."""
    number: int
    """Counts the versions of the product."""
    name: str = computed(in_language, "name_zh", "name_en", LOCALE)
    """In the viewer's language."""
    method: RepaymentMethod
    """How principal and interest are spread over the term."""
    annual_rate: Rate
    """Contract rate a year, without fees; the quote says what it costs in all."""
    min_amount: Money = money()
    """The least that is lent."""
    max_amount: Money = money()
    """The most that is lent."""
    min_term: int
    """The shortest term, in months."""
    max_term: int
    """The longest term, in months."""
    valid_from: date
    """The first day these terms held."""
    fees: list[Fee] = children(via="product_version_id")
    """Every fee."""


@node(models.Fee)
class Fee(Node):
    """A fee, as a share of the amount borrowed."""

    kind: FeeKind
    """When it is taken."""
    name: str = computed(in_language, "name_zh", "name_en", LOCALE)
    """In the viewer's language."""
    rate: Rate
    """Share of the amount borrowed, once: "0.01" is 1 %."""


@root
class ProductRoot:
    products: list[Product] = children(order_by="code", is_offered=True)
    """What we offer."""
