"""Co-borrowers and guarantors of an application."""

from __future__ import annotations

from datetime import date, datetime

import models
from resolvers.applications import parties
from rules.applications.disclosures import IdentityMissing, OfferExpired
from rules.applications.parties import (
    INVITABLE,
    AlreadyDeclined,
    AlreadyInvited,
    InvitationExpired,
    InvitationStatus,
    OwnParty,
    TooManyInvitations,
    TooManyParties,
)
from rules.people.access import CUSTOMERS, OWNER, PartyRole
from rules.people.customers import TooYoung
from rules.people.kinds import Locale
from rules.people.masks import hidden, one_and_last
from rules.people.phones import PhoneInvalid
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import (
    Input,
    Node,
    column,
    id_of,
    input,
    masked,
    money,
    mutation,
    node,
    one_of,
    query,
    text,
    value,
    whole,
)
from schema.money import Money


@node(models.Invitation)
class Invitation(Node):
    """Whom the applicant asks to take part."""

    role: PartyRole
    """As what."""
    status: InvitationStatus
    """Where it stands."""
    phone: str = column("phone_mask")
    """To whom it is addressed, masked: who typed it knows it."""
    name: str | None = masked(one_and_last, clear_to=OWNER)
    """Of who accepted; null before. Staff read it in his own file, if they see that."""
    has_signed: bool
    """Whether he has signed for himself."""
    expires_on: date
    """The last day on which it can be accepted."""


@node(models.ApplicationParty)
class ApplicationParty(Node):
    """Your own part in somebody else's application."""

    role: PartyRole
    """As what you take part."""
    number: str
    """The application's, such as A-2026-000045."""
    amount: Money = money()
    """Of the loan: what is asked for, and what is offered once it is."""
    is_active: bool
    """False once the applicant does without you."""
    locale: Locale | None
    """The language of the text; null before there is one."""
    text: str | None = masked(hidden, clear_to=OWNER)
    """What you sign, to be shown whole; null until the applicant has accepted the offer. Staff read it in the application."""
    text_hash: str | None
    """SHA-256 of the text, hexadecimal."""
    signed_at: datetime | None
    """When you signed; null before."""
    accepted_at: datetime = column("created_at")
    """When you agreed to take part."""


@input
class InvitePartyInput(Input):
    """Whom to ask, and as what."""

    application_id: int = id_of(models.Application)
    """A draft of yours, or one that was sent back."""
    phone: str = text(1, 40)
    """His phone; he signs in with it."""
    role: PartyRole = one_of(*INVITABLE)
    """Co-borrower or guarantor."""
    version: int = whole(1, 2**31 - 1)
    """The application's version as you saw it."""


@mutation(
    allow=CUSTOMERS,
    refusals=(
        NotPossibleNow,
        PhoneInvalid,
        OwnParty,
        AlreadyInvited,
        AlreadyDeclined,
        TooManyParties,
        TooManyInvitations,
    ),
)
async def invite_party(info: Info, input: InvitePartyInput) -> models.Application:
    """Ask somebody to borrow along with you or to answer for you. Give him the invitation's id, in a link: a customer of ours is told."""
    return await parties.invite_party(info.context.viewer, **input.values())


@input
class CancelInvitationInput(Input):
    """Which invitation."""

    invitation_id: int = id_of(models.Invitation)
    """One of yours."""
    version: int = whole(1, 2**31 - 1)
    """The application's version as you saw it."""


@mutation(allow=CUSTOMERS, refusals=(NotPossibleNow,))
async def cancel_invitation(info: Info, input: CancelInvitationInput) -> models.Application:
    """Take an invitation back, or do without somebody, before you hand the application in."""
    return await parties.cancel_invitation(info.context.viewer, **input.values())


@value(parties.InvitationDetails)
class InvitationDetails:
    """What somebody who is invited reads before he answers."""

    role: PartyRole
    """As what."""
    applicant: str | None
    """Who asks, masked; null while he has not said his name."""
    number: str
    """The application's."""
    amount: Money = money()
    """How much he asks for."""
    term: int
    """For how many months."""
    status: InvitationStatus
    """Where it stands."""
    expires_on: date
    """The last day on which it can be accepted."""


@input
class InvitationDetailsInput(Input):
    """Which invitation."""

    invitation_id: int = id_of(models.Invitation)
    """One that is addressed to your phone."""


@query(allow=CUSTOMERS, refusals=())
async def invitation_details(info: Info, input: InvitationDetailsInput) -> parties.InvitationDetails:
    """Show an invitation to whom it is addressed to."""
    return await parties.invitation_details(info.context.viewer, **input.values())


@input
class AcceptInvitationInput(Input):
    """Which invitation."""

    invitation_id: int = id_of(models.Invitation)
    """One that is addressed to your phone."""


@mutation(allow=CUSTOMERS, refusals=(NotPossibleNow, InvitationExpired, IdentityMissing, TooYoung))
async def accept_invitation(info: Info, input: AcceptInvitationInput) -> models.ApplicationParty:
    """Take part. You sign for yourself once the applicant has accepted the offer."""
    return await parties.accept_invitation(info.context.viewer, **input.values())


@input
class DeclineInvitationInput(Input):
    """Which invitation."""

    invitation_id: int = id_of(models.Invitation)
    """One that is addressed to your phone."""


@mutation(allow=CUSTOMERS, refusals=(NotPossibleNow,))
async def decline_invitation(info: Info, input: DeclineInvitationInput) -> parties.InvitationDetails:
    """Say no; no reason is asked."""
    return await parties.decline_invitation(info.context.viewer, **input.values())


@input
class SignAsPartyInput(Input):
    """Which part of yours."""

    party_id: int = id_of(models.ApplicationParty)
    """One whose text you have read."""


@mutation(allow=CUSTOMERS, refusals=(NotPossibleNow, OfferExpired))
async def sign_as_party(info: Info, input: SignAsPartyInput) -> models.ApplicationParty:
    """Sign for yourself; saying it again changes nothing."""
    return await parties.sign_as_party(info.context.viewer, **input.values())
