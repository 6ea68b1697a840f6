"""Accepting an offer, and what becomes of one that nobody accepts."""

from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from models import Application, Contract, Customer, Offer, ProductVersion, Signature, Viewer
from models.database import locked, transaction
from notifications import words
from resolvers import configured
from resolvers.applications.disclosures import disclose, hash_of
from resolvers.applications.parties import write_texts
from resolvers.applications.steps import keep, move
from resolvers.applications.wordings import words_of
from resolvers.loans.refinancings import refinanced_by
from resolvers.loyalty import benefits
from resolvers.products import quotes
from resolvers.products.terms import fees_of
from rules.applications.disclosures import OfferExpired
from rules.applications.kinds import DisclosureStep
from rules.applications.numbers import application_number
from rules.applications.states import ApplicationStatus
from rules.errors import NotFound
from rules.loans.refinancings import Refinanced
from rules.loyalty.fee_waivers import Perks
from rules.money import Money
from rules.people.access import Role
from rules.people.kinds import Locale
from rules.products.quotes import Figures
from rules.states import NotPossibleNow


async def accept_offer(viewer: Viewer, offer_id: int, due_day: int | None = None) -> Application:
    """Accept: makes the contract's text, and the cost disclosure to acknowledge before signing it, at the rate offered.

    `due_day` is the day of the month on which installments are to be due, where the product lets him choose it.

    Raises `NotFound`, `NotPossibleNow`, `OfferExpired`, `CostTooHigh`, `DueDayFixed`, `NotRefinanceable`,
    `RefinancingTooSmall`.
    """
    async with transaction(viewer, "accept_offer") as unit:
        offer = await Offer.visible_to(viewer).get_or_none(id=offer_id)
        if offer is None:
            raise NotFound
        application = await locked(Application, viewer, offer.application_id)
        offer = await locked(Offer, viewer, offer_id)
        move(application, ApplicationStatus.ACCEPTED, viewer.role)
        if not offer.is_current:
            raise NotPossibleNow(current="REPLACED")
        if unit.today > offer.expires_on:
            raise OfferExpired(expired_on=offer.expires_on)
        offer.accepted_at, offer.due_day = unit.now, due_day
        await offer.save(update_fields=["accepted_at", "due_day"])
        version = await ProductVersion.get(id=application.product_version_id)
        amount = Money(offer.amount, offer.currency)
        figures = await quotes.reckon(
            version,
            await fees_of(version),
            amount,
            offer.term,
            unit.today,
            annual_rate=offer.annual_rate,
            due_day=due_day,
            perks=Perks(waivers=await benefits.waiver_offered(application, offer)),
        )
        figures = replace(figures, discount=await benefits.offered(offer))
        replaced = await refinanced_by(application, figures.received, unit.today)
        written = _Written(application, version, figures, due_day, replaced)
        await _write_contract(written, viewer.locale)
        await write_texts(application, offer, {locale: await _text(written, locale) for locale in Locale})
        await disclose(application, DisclosureStep.SIGN, version, figures, viewer.locale, due_day, replaced)
        await keep(application)
        return application


class _Written(NamedTuple):
    """What a contract is about."""

    application: Application
    version: ProductVersion
    figures: Figures
    due_day: int | None
    replaced: Refinanced | None


async def _text(written: _Written, locale: Locale) -> str:
    """Word a contract; of the identity number it shows the mask only, as it is read on screens."""
    application, version, figures, due_day, replaced = written
    customer = await Customer.get(id=application.customer_id)
    return words.say(
        "contract.text",
        locale,
        number=application_number(application.id, application.created_at),
        lender=configured().lender_name,
        customer=customer.name,
        identity_number=customer.identity_number_mask,
        purpose=application.purpose,
        last_installment=Money(figures.lines[-1].total, figures.currency),
        **await words_of(version, figures, locale, due_day, replaced),
    )


async def _write_contract(written: _Written, locale: Locale) -> Contract:
    """Write the text that the borrower signs."""
    text, application = await _text(written, locale), written.application
    return await Contract.create(
        customer_id=application.customer_id,
        application_id=application.id,
        locale=locale,
        text=text,
        text_hash=hash_of(text),
    )


UNSIGNED = (ApplicationStatus.OFFERED, ApplicationStatus.ACCEPTED)


async def expire_offers(viewer: Viewer, today: date) -> int:
    """Close every application whose offer was not accepted, or not signed, in time; gives how many there were.

    `today` is the day just opened: the clock may still show the one before.
    """
    assert viewer.role is Role.SYSTEM, "time passes by itself"
    # Days end one by one: what expired a month ago was closed then, and need not be looked at every night.
    late = Offer.filter(
        is_current=True,
        expires_on__lt=today,
        expires_on__gte=today - timedelta(days=31),
        application__status__in=list(UNSIGNED),
    )
    offers = await late.order_by("id")
    of = [offer.application_id for offer in offers]
    signatures = Signature.filter(contract__application_id__in=of).values_list("contract__application_id", flat=True)
    signed_before = {int(str(row)) for row in await signatures} if of else set()
    count = 0
    for offer in offers:
        if offer.application_id in signed_before:  # Most were: nothing of theirs is locked at night.
            continue
        async with transaction(viewer, "expire_offer"):
            application = await locked(Application, viewer, offer.application_id)
            signed = await Signature.exists(contract__application_id=application.id)
            if application.status in UNSIGNED and not signed:
                move(application, ApplicationStatus.EXPIRED, viewer.role)
                await keep(application)
                count += 1
    return count
