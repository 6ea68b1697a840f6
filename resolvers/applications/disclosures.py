"""Showing the whole cost, and keeping that it was seen."""

import hashlib
from typing import Any

from models import Application, CostDisclosure, ProductVersion, Viewer
from models.database import locked, transaction
from notifications import words
from resolvers import configured
from resolvers.applications.wordings import words_of
from rules.applications.disclosures import check_read
from rules.applications.kinds import DisclosureStep
from rules.errors import NotFound
from rules.loans.refinancings import Refinanced
from rules.people.kinds import Locale
from rules.products.quotes import Figures
from rules.states import NotPossibleNow


async def disclose(
    application: Application,
    step: DisclosureStep,
    version: ProductVersion,
    figures: Figures,
    locale: Locale,
    due_day: int | None = None,
    replaced: Refinanced | None = None,
) -> CostDisclosure:
    """Write down every cost of a loan in words and figures, in a transaction that is open."""
    return await CostDisclosure.create(
        customer_id=application.customer_id,
        application_id=application.id,
        step=step,
        **await _written(version, figures, locale, due_day, replaced),
    )


async def disclose_anew(
    application: Application,
    step: DisclosureStep,
    version: ProductVersion,
    figures: Figures,
    locale: Locale,
    replaced: Refinanced | None,
) -> CostDisclosure:
    """Put other costs in the place of those that were shown before this step: they have to be acknowledged again."""
    await CostDisclosure.filter(application_id=application.id, step=step, is_current=True).update(is_current=False)
    return await disclose(application, step, version, figures, locale, replaced=replaced)


async def _written(
    version: ProductVersion, figures: Figures, locale: Locale, due_day: int | None, replaced: Refinanced | None
) -> dict[str, Any]:
    text = words.say("disclosure.text", locale, **await words_of(version, figures, locale, due_day, replaced))
    return {
        "locale": locale,
        "text": text,
        "text_hash": hash_of(text),
        "currency": figures.currency,
        "amount": figures.amount,
        "total_interest": figures.total_interest,
        "total_fees": figures.total_fees,
        "annual_cost": figures.annual_cost,
        "annual_rate": figures.annual_rate,
        "rate_discount_bp": figures.discount_bp,
        "fee_waiver_percent": figures.fee_waiver_percent,
    }


def hash_of(text: str) -> str:
    """SHA-256 of a text in UTF-8, hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


async def is_acknowledged(application: Application, step: DisclosureStep) -> bool:
    """Say whether the customer has seen the whole cost before this step."""
    shown = CostDisclosure.filter(application_id=application.id, step=step, is_current=True)
    return await shown.filter(acknowledged_at__isnull=False).exists()


async def acknowledge_disclosure(viewer: Viewer, disclosure_id: int) -> CostDisclosure:
    """Keep when the customer himself acknowledged it; once more changes nothing.

    Raises `NotFound`, `NotPossibleNow` for one that another took the place of, `ReadFirst` before its reading time is over.
    """
    async with transaction(viewer, "acknowledge_disclosure") as unit:
        disclosure = await locked(CostDisclosure, viewer, disclosure_id)
        if disclosure.customer_id != viewer.customer_id:
            raise NotFound
        if disclosure.acknowledged_at is None:
            if not disclosure.is_current:
                raise NotPossibleNow(current="REPLACED")
            check_read(disclosure.created_at, unit.now, configured().reading_time)
            disclosure.acknowledged_at = unit.now
            await disclosure.save(update_fields=["acknowledged_at"])
        return disclosure
