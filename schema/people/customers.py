"""Customers."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import models
from resolvers.people import customers
from rules.people.access import AUDITORS, CUSTOMERS, IN_CHARGE, OWNER, STAFF_IN_CHARGE
from rules.people.customers import AlreadyIdentified, SearchLimitReached
from rules.people.identity_numbers import IdentityInUse, IdentityNumberInvalid
from rules.people.kinds import Locale, Sex
from rules.people.masks import one_and_last, one_and_one, three_and_four
from rules.people.names import NameInvalid
from schema.applications.applications import OwnApplicationFilter
from schema.context import Info
from schema.declarations import (
    Connection,
    Input,
    Node,
    children,
    connection,
    counted,
    input,
    masked,
    mutation,
    node,
    query,
    relation,
    root,
    text,
    value,
)
from schema.loans.loans import LoanFilter
from schema.loyalty.points import PointLotFilter
from schema.service.cases import OwnCaseFilter

if TYPE_CHECKING:
    from schema.applications.applications import Application
    from schema.applications.parties import ApplicationParty
    from schema.documents.uploads import Upload
    from schema.loans.contact_persons import ContactPerson
    from schema.loans.loans import Loan
    from schema.loyalty.callbacks import Callback, NamedOfficer
    from schema.loyalty.milestones import Milestone
    from schema.loyalty.points import PointLot, PointsAccount, PointsEntry
    from schema.loyalty.rate_discounts import RateDiscount
    from schema.loyalty.redemptions import Redemption, Voucher
    from schema.loyalty.referrals import Referral, ReferralCode, ReferralPart
    from schema.loyalty.registrations import Registration
    from schema.loyalty.tiers import TierMembership
    from schema.notifications.addresses import PushAddress
    from schema.notifications.choices import NotificationSetting
    from schema.notifications.consents import ConsentEntry
    from schema.notifications.deliveries import Delivery
    from schema.notifications.email_addresses import EmailAddress
    from schema.notifications.notifications import Notification
    from schema.notifications.promotions import LeftOut
    from schema.notifications.reminders import OwnReminder
    from schema.payments.bank_accounts import BankAccount
    from schema.people.branches import Branch
    from schema.people.relationships import Relationship
    from schema.people.restrictions import AccessGrant
    from schema.service.cases import Case
    from schema.service.conversations import Conversation
    from schema.service.visits import Visit


@node(models.Customer)
class Customer(Node):
    """A person who borrows, or may."""

    display_name: str | None = masked(one_and_last, clear_to=OWNER | STAFF_IN_CHARGE, column="name")
    """The name on the identity document; null until he identifies himself."""
    phone: str = masked(three_and_four, clear_to=OWNER)
    """The phone number he signs in with, such as +8613812345678."""
    identity_number: str | None = masked(one_and_one, clear_to=OWNER)
    """The number of his identity card; null until he identifies himself."""
    sex: Sex | None
    """As the identity number says."""
    locale: Locale | None
    """The language he chose; null until he chooses."""
    is_restricted: bool
    """Whether officers see the file only if they were let in."""
    version: int
    """Counts the changes of this person's data."""
    created_at: datetime
    """When he first signed in."""
    branch: Branch = relation("branch_id")
    """Who looks after him."""
    points: PointsAccount | None = relation(via="customer_id")
    """His points."""
    unread_count: int = counted(models.Notification, via="customer_id", is_read=False)
    """How many notifications he has not read."""
    notifications: Connection[Notification] = connection(via="customer_id", is_counted=True)
    """What he was told, oldest first; read it from the end with `last`."""
    reminders: Connection[OwnReminder] = connection(via="customer_id")
    """What he wants to be reminded of, and what he put off, oldest first."""
    deliveries: Connection[Delivery] = connection(via="customer_id")
    """What became of each message on each way, oldest first; for staff."""
    left_out: Connection[LeftOut] = connection(via="customer_id")
    """Of what he was not told at all, and why, oldest first; for staff."""
    push_addresses: list[PushAddress] = children(via="customer_id", retired_at=None)
    """Where messages are pushed to him, oldest first: ten at most."""
    email_address: EmailAddress | None = relation(via="customer_id")
    """Where he gets mail; null where he gave no address."""
    notification_setting: NotificationSetting | None = relation(via="customer_id")
    """His clock and quiet hours; null where he chose none. `notificationChoices` says what holds then."""
    consents: Connection[ConsentEntry] = connection(via="customer_id")
    """Every word he said on consent, oldest first."""
    points_entries: Connection[PointsEntry] = connection(via="customer_id")
    """Every movement of his points, oldest first."""
    tier_memberships: Connection[TierMembership] = connection(via="customer_id")
    """The levels he had, oldest first; none while he never had another than the lowest."""
    rate_discounts: Connection[RateDiscount] = connection(via="customer_id")
    """Discounts that were proposed for him by hand, oldest first; for staff."""
    point_lots: Connection[PointLot] = connection(via="customer_id", order_by="expires_on", filter=PointLotFilter)
    """His points by the day they expire, soonest first; those to be spent next are the first OPEN ones."""
    milestones: Connection[Milestone] = connection(via="customer_id")
    """What he reached, oldest first."""
    named_officer: NamedOfficer | None = relation(via="customer_id", ended_at=None)
    """The officer of his own; null where he has none."""
    cases: Connection[Case] = connection(via="customer_id", filter=OwnCaseFilter)
    """His complaints and requests, oldest first; not to whom one is about."""
    conversation: Conversation | None = relation(via="customer_id")
    """What he and those who look after him write to each other; null before the first message."""
    visits: Connection[Visit] = connection(via="customer_id", order_by="visited_at")
    """When he came to a branch or was visited, oldest first; for staff."""
    callbacks: Connection[Callback] = connection(via="customer_id")
    """When he was and is to be called, oldest first."""
    registrations: Connection[Registration] = connection(via="customer_id")
    """The events he registered for, oldest first."""
    referral_code: ReferralCode | None = relation(via="customer_id")
    """What he gives to friends; null until he asks for it."""
    referral_parts: Connection[ReferralPart] = connection(via="customer_id")
    """His parts in codes that were used, his own and by himself, oldest first."""
    referrals: Connection[Referral] = connection(via="customer_id")
    """By whose code he came, oldest first; for staff."""
    redemptions: Connection[Redemption] = connection(via="customer_id")
    """The rewards he took, oldest first."""
    vouchers: Connection[Voucher] = connection(via="customer_id", order_by="expires_on")
    """His vouchers by their last day, soonest first."""
    applications: Connection[Application] = connection(via="customer_id", filter=OwnApplicationFilter)
    """What he applied for, oldest first."""
    parts: Connection[ApplicationParty] = connection(via="customer_id")
    """His parts in applications of others, oldest first."""
    loans: Connection[Loan] = connection(via="customer_id", filter=LoanFilter)
    """What he borrows and borrowed, oldest first."""
    uploads: Connection[Upload] = connection(via="customer_id", order_by="id")
    """Files he uploaded, oldest first."""
    access_grants: list[AccessGrant] = children(via="customer_id")
    """Officers who were let in to his restricted file; managers and auditors see them."""
    relationships: list[Relationship] = children(via="customer_id")
    """To whom he belongs, as managers wrote it down; customers see none."""
    contact_people: Connection[ContactPerson] = connection(via="customer_id")
    """Those he named for the case that he cannot be reached, oldest first."""
    bank_accounts: Connection[BankAccount] = connection(via="customer_id")
    """His accounts and cards, to which loans can be paid out."""


@input
class GiveIdentityInput(Input):
    """Who you are, as your identity card says."""

    name: str = text(1, 100)
    """The full name."""
    identity_number: str = text(1, 30)
    """All 18 characters; a lower-case x is accepted."""


@mutation(allow=CUSTOMERS, refusals=(NameInvalid, IdentityNumberInvalid, IdentityInUse, AlreadyIdentified))
async def give_identity(info: Info, input: GiveIdentityInput) -> models.Customer:
    """Say who you are, once; birth date and sex follow from the number."""
    return await customers.identify(info.context.viewer, **input.values())


@input
class ChooseLanguageInput(Input):
    """The language you want to be spoken to in."""

    locale: Locale
    """One we speak."""


@mutation(allow=CUSTOMERS)
async def choose_language(info: Info, input: ChooseLanguageInput) -> models.Customer:
    """Choose the language of messages and contracts."""
    chosen = await customers.choose_language(info.context.viewer, input.locale)
    info.context.viewer = info.context.viewer.speaking(input.locale)
    return chosen


@input
class FindCustomersInput(Input):
    """Whom you are looking for."""

    search: str = text(2, 100)
    """A whole phone number or identity number, or part of a name."""


@value(customers.FoundCustomers)
class FoundCustomers:
    """Who was found among those you look after."""

    customers: list[Customer]
    """At most 20; search more exactly if the one you want is not among them."""


@query(allow=IN_CHARGE, refusals=(SearchLimitReached,))
async def find_customers(info: Info, input: FindCustomersInput) -> customers.FoundCustomers:
    """Find customers by a number, exactly, or by name; each search is kept in the audit."""
    return await customers.find_customers(info.context.viewer, input.search)


@root
class CustomerRoot:
    customers: Connection[Customer] = connection(allow=IN_CHARGE | AUDITORS)
    """Everybody you look after."""
