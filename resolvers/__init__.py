"""What happens: one transaction per write, reads that start at what the viewer may see."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rules.applications.disclosures import READING_TIME
from rules.books.points_costs import COST_OF_A_POINT
from rules.loyalty.adjustments import ALONE_A_DAY
from rules.money import Money
from rules.people.kinds import Locale
from rules.people.reveal import REVEALS_A_DAY
from rules.people.sign_in import (
    CODE_REQUESTS_PER_ADDRESS_AND_HOUR,
    CODE_REQUESTS_PER_PHONE_AND_HOUR,
    TRIES_PER_ADDRESS_AND_HOUR,
    TRIES_PER_PERSON_AND_HOUR,
)
from rules.service.business_time import DEFAULT_HOURS, BusinessHours
from rules.service.case_clocks import DayKind

if TYPE_CHECKING:
    from resolvers.documents.malware import Scanner
    from resolvers.documents.storage import FileStore
    from resolvers.payments.providers.interface import PaymentProvider

SendCode = Callable[[str, str, Locale], Awaitable[None]]
"""Sends a sign-in code: `await send_code(phone, code, locale)`, the phone in E.164."""
SendEmailCode = Callable[[str, str, Locale], Awaitable[None]]
"""Sends the code that confirms an e-mail address: `await send_email_code(address, code, locale)`."""


@dataclass(frozen=True, kw_only=True)
class ResolverSettings:
    """What the resolvers need to know about this installation."""

    token_keys: Mapping[str, Ed25519PrivateKey]
    """The keys of access tokens by id; an old one stays for as long as its tokens live."""
    token_key_id: str
    """The key that signs new tokens."""
    token_issuer: str
    token_audience: str
    send_code: SendCode
    send_email_code: SendEmailCode
    payment_provider: "PaymentProvider"
    files: "FileStore"
    """Where the contents of files lie."""
    scanner: "Scanner | None" = None
    """Looks files through for malware; none: nobody does."""
    lender_name: str = "Goodterms"
    """Who lends, as contracts say it: the legal name."""
    cost_of_a_point: Money = COST_OF_A_POINT
    """What a point that a customer is given will cost us; whole cents."""
    points_alone_a_day: int = ALONE_A_DAY
    """Points that one member of staff may give and take in a business day without a second pair of eyes."""
    token_lifetime: timedelta = timedelta(minutes=10)
    session_lifetime: timedelta = timedelta(hours=12)
    """How long a session's token can be renewed before one has to sign in again."""
    session_believed_for: timedelta = timedelta(seconds=5)
    """How long a session that was read goes on without being read again: as long may one live on that another process ended."""
    password_hasher: PasswordHasher = field(default_factory=PasswordHasher)
    """How slowly passwords are hashed: as argon2-cffi recommends, some tens of milliseconds and 64 MiB."""
    code_requests_per_phone: int = CODE_REQUESTS_PER_PHONE_AND_HOUR
    """Sign-in codes for one phone in an hour."""
    code_requests_per_address: int = CODE_REQUESTS_PER_ADDRESS_AND_HOUR
    """Sign-in codes asked for from one network address in an hour."""
    sign_in_tries_per_person: int = TRIES_PER_PERSON_AND_HOUR
    """Codes or passwords tried for one phone or login in an hour."""
    sign_in_tries_per_address: int = TRIES_PER_ADDRESS_AND_HOUR
    """Codes or passwords tried from one network address in an hour."""
    reading_time: timedelta = READING_TIME
    """How long a disclosure of costs is read at least before it can be acknowledged."""
    reveals_a_day: int = REVEALS_A_DAY
    """Masked values one member of staff may have shown in 24 hours."""

    complaint_days: DayKind = DayKind.CALENDAR
    """Which days the law counts for complaints: not settled, so the earlier."""
    business_hours: BusinessHours = DEFAULT_HOURS
    """When branches call people back, on business days."""
    business_region: str | None = "CN"
    """The country whose official holidays are no business days of branches; None: weekends only."""

    helpline: str = "12356"
    """Whom somebody in distress is told to call: the psychological assistance hotline of China, unless another is set."""

    def __post_init__(self) -> None:
        assert self.token_key_id in self.token_keys, "the signing key must be among the keys"


_settings: ResolverSettings | None = None


def configure(settings: ResolverSettings) -> None:
    """Hand in the settings, once, from a front door."""
    global _settings
    _settings = settings


def configured() -> ResolverSettings:
    """Give the settings that a front door handed in."""
    assert _settings is not None, "resolvers.configure() has not been called"
    return _settings
