"""Co-borrowers and guarantors: invited by the applicant, identified, and signing for themselves."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from models import Application, ApplicationParty, Customer, Invitation, Offer, Secret, Viewer, blind_index
from models.database import locked, transaction
from notifications import outbox, words
from notifications.applications.parties import PartyInvited, PartySigned
from resolvers.applications.disclosures import hash_of
from resolvers.applications.steps import keep, lock_version
from resolvers.people.customers import lock_customer
from rules.applications.disclosures import IdentityMissing, OfferExpired
from rules.applications.numbers import application_number
from rules.applications.parties import (
    INVITATION_MOVES,
    INVITED_DAYS,
    AlreadyDeclined,
    AlreadyInvited,
    InvitationExpired,
    InvitationStatus,
    OwnParty,
    PartiesNotSigned,
    check_invitations,
    check_parties,
)
from rules.applications.states import FILLED_IN, ApplicationStatus
from rules.errors import NotFound
from rules.money import Money
from rules.people.access import PartyRole
from rules.people.customers import check_adult
from rules.people.kinds import Locale
from rules.people.masks import one_and_last
from rules.people.phones import parse_phone
from rules.states import NotPossibleNow

_STANDING = (InvitationStatus.INVITED, InvitationStatus.ACCEPTED)


async def invite_party(
    viewer: Viewer, *, application_id: int, phone: str, role: PartyRole, version: int
) -> Application:
    """Ask somebody to take part in an application that is not handed in; a customer of ours is told.

    Raises `NotFound`, `Conflict`, `NotPossibleNow`, `PhoneInvalid`, `OwnParty`, `AlreadyInvited`, `AlreadyDeclined`,
    `TooManyParties`, `TooManyInvitations`.
    """
    phone = parse_phone(phone)
    async with transaction(viewer, "invite_party") as unit:
        application = await _lock_open(viewer, application_id, version)
        customer = await Customer.get(id=application.customer_id)
        if customer.phone_index == blind_index(phone):
            raise OwnParty
        standing = Invitation.filter(application_id=application.id, status__in=sorted(_STANDING))
        if await standing.filter(phone_index=blind_index(phone)).exists():
            raise AlreadyInvited
        check_parties(await standing.count())
        asked = Invitation.filter(application_id=application.id)
        check_invitations(await asked.count())
        if await asked.filter(phone_index=blind_index(phone), status=InvitationStatus.DECLINED).exists():
            raise AlreadyDeclined
        invitation = await Invitation.create(
            customer_id=application.customer_id,
            application_id=application.id,
            role=role,
            phone=Secret(phone),
            status=InvitationStatus.INVITED,
            expires_on=unit.today + timedelta(days=INVITED_DAYS),
        )
        await keep(application)
        known = await Customer.get_or_none(phone_index=blind_index(phone))
        if known is not None:
            await outbox.record(PartyInvited(customer_id=known.id, invitation_id=invitation.id))
        return application


async def cancel_invitation(viewer: Viewer, *, invitation_id: int, version: int) -> Application:
    """Take an invitation back, or do without somebody who accepted it, before the application is handed in.

    Raises `NotFound`, `Conflict`, `NotPossibleNow`.
    """
    async with transaction(viewer, "cancel_invitation"):
        named = await Invitation.visible_to(viewer).get_or_none(id=invitation_id)
        if named is None:
            raise NotFound
        application = await _lock_open(viewer, named.application_id, version)
        invitation = await locked(Invitation, viewer, invitation_id)
        INVITATION_MOVES.check(invitation.status, InvitationStatus.CANCELLED, viewer.role)
        invitation.status = InvitationStatus.CANCELLED
        await invitation.save(update_fields=["status"])
        await ApplicationParty.filter(invitation_id=invitation.id).update(is_active=False)
        await keep(application)
        return application


async def _lock_open(viewer: Viewer, application_id: int, version: int) -> Application:
    application = await lock_version(viewer, application_id, version)
    if application.customer_id != viewer.customer_id:
        raise NotFound
    if application.status not in FILLED_IN:
        raise NotPossibleNow(current=application.status)
    return application


@dataclass(frozen=True)
class InvitationDetails:
    """What somebody who is invited reads before he answers."""

    role: PartyRole
    applicant: str | None
    """Masked."""
    number: str
    amount: Decimal
    currency: str
    term: int
    status: InvitationStatus
    expires_on: date


async def invitation_details(viewer: Viewer, *, invitation_id: int) -> InvitationDetails:
    """Show an invitation to whom it is addressed to, until he says no or it is taken back. Raises `NotFound`."""
    customer = await Customer.visible_to(viewer).get_or_none(id=viewer.customer_id)
    invitation = await _addressed(customer, invitation_id)
    if invitation.status not in _STANDING:
        raise NotFound
    return await _details(invitation)


async def _details(invitation: Invitation) -> InvitationDetails:
    application = await Application.get(id=invitation.application_id)
    applicant = await Customer.get(id=application.customer_id)
    return InvitationDetails(
        role=invitation.role,
        applicant=None if applicant.name is None else one_and_last(applicant.name),
        number=application_number(application.id, application.created_at),
        amount=application.amount,
        currency=application.currency,
        term=application.term,
        status=invitation.status,
        expires_on=invitation.expires_on,
    )


async def _addressed(customer: Customer | None, invitation_id: int) -> Invitation:
    """Find an invitation by the phone it is addressed to: the row is the applicant's. Raises `NotFound`."""
    found = await Invitation.get_or_none(id=invitation_id)
    if customer is None or found is None or found.phone_index != customer.phone_index:
        raise NotFound
    return found


async def accept_invitation(viewer: Viewer, *, invitation_id: int) -> ApplicationParty:
    """Take part in an application; the text to sign comes once its offer is accepted.

    Raises `NotFound`, `NotPossibleNow`, `InvitationExpired`, `IdentityMissing`, `TooYoung`.
    """
    async with transaction(viewer, "accept_invitation") as unit:
        invitation, application = await _answer(viewer, invitation_id, InvitationStatus.ACCEPTED)
        if application.status not in FILLED_IN:
            raise NotPossibleNow(current=application.status)
        customer = await lock_customer(viewer)  # After the application, as everybody locks them.
        if unit.today > invitation.expires_on:
            raise InvitationExpired(expired_on=invitation.expires_on)
        if customer.birth_on is None:
            raise IdentityMissing
        check_adult(customer.birth_on, unit.today)
        invitation.name = customer.name
        await invitation.save(update_fields=["status", "name"])
        unit.subject = party = await ApplicationParty.create(
            customer_id=customer.id,
            application_id=application.id,
            invitation_id=invitation.id,
            role=invitation.role,
            number=application_number(application.id, application.created_at),
            currency=application.currency,
            amount=application.amount,
        )
        return party


async def decline_invitation(viewer: Viewer, *, invitation_id: int) -> InvitationDetails:
    """Say no. Raises `NotFound`, `NotPossibleNow`."""
    async with transaction(viewer, "decline_invitation"):
        invitation, _ = await _answer(viewer, invitation_id, InvitationStatus.DECLINED)
        await invitation.save(update_fields=["status"])
        return await _details(invitation)


async def _answer(viewer: Viewer, invitation_id: int, to: InvitationStatus) -> tuple[Invitation, Application]:
    """Lock the application of an invitation and give the answer, unsaved. Raises `NotFound`, `NotPossibleNow`."""
    customer = await Customer.visible_to(viewer).get_or_none(id=viewer.customer_id)
    found = await _addressed(customer, invitation_id)
    house = Viewer.house(viewer.clock)  # The rows are the applicant's.
    application = await locked(Application, house, found.application_id)
    invitation = await locked(Invitation, house, found.id)
    INVITATION_MOVES.check(invitation.status, to, viewer.role)
    invitation.status = to
    return invitation, application


async def active_parties(application: Application) -> list[ApplicationParty]:
    """Give those who take part, in the order in which they accepted."""
    return await ApplicationParty.filter(application_id=application.id, is_active=True).order_by("id")


async def tell_amount(application: Application, amount: Decimal) -> None:
    """Show those who take part how much the loan is about now: they sign for that."""
    await ApplicationParty.filter(application_id=application.id, is_active=True).update(amount=amount)


async def write_texts(application: Application, offer: Offer, contracts: dict[Locale, str]) -> None:
    """Write down what each party signs; `contracts` gives the contract's text by language."""
    number = application_number(application.id, application.created_at)
    for party in await active_parties(application):
        himself = await Customer.get(id=party.customer_id)
        locale = himself.language
        key = "party.co_borrower" if party.role is PartyRole.CO_BORROWER else "party.guarantor"
        party.text = words.say(
            key,
            locale,
            number=number,
            name=himself.name,
            identity_number=himself.identity_number_mask,
            amount=Money(offer.amount, offer.currency),
            contract=contracts[locale],
        )
        party.text_hash = hash_of(party.text)
        party.locale, party.amount = locale, offer.amount
        await party.save(update_fields=["text", "text_hash", "locale", "amount"])


async def sign_as_party(viewer: Viewer, *, party_id: int) -> ApplicationParty:
    """Sign for oneself; once more changes nothing. Raises `NotFound`, `NotPossibleNow`, `OfferExpired`."""
    async with transaction(viewer, "sign_as_party") as unit:
        named = await ApplicationParty.visible_to(viewer).get_or_none(id=party_id, customer_id=viewer.customer_id)
        if named is None:
            raise NotFound
        house = Viewer.house(viewer.clock)  # The application is the applicant's.
        application = await locked(Application, house, named.application_id)
        unit.subject = party = await locked(ApplicationParty, viewer, party_id)
        if party.signed_at is not None:
            return party
        if application.status is not ApplicationStatus.ACCEPTED or not party.is_active:
            raise NotPossibleNow(current=application.status)
        offer = await Offer.get(application_id=application.id, is_current=True)
        if unit.today > offer.expires_on:
            raise OfferExpired(expired_on=offer.expires_on)
        assert viewer.session_id is not None, "a signature belongs to a session"
        party.signed_at, party.session_number = unit.now, viewer.session_id
        await party.save(update_fields=["signed_at", "session_number"])
        await Invitation.filter(id=party.invitation_id).update(has_signed=True)
        await outbox.record(
            PartySigned(customer_id=application.customer_id, application_id=application.id, number=party.number)
        )
        return party


async def check_all_signed(application: Application) -> list[ApplicationParty]:
    """Give those who take part, each of whom has signed. Raises `PartiesNotSigned`."""
    parties = await active_parties(application)
    waiting = sum(party.signed_at is None for party in parties)
    if waiting:
        raise PartiesNotSigned(waiting=waiting)
    return parties
