"""Every setting, typed, from the environment; only the front doors (`api/` and `jobs/`) read this.

A setting is an environment variable of the same name in capitals: `DATABASE_URL`, `PORT`, … What each means stands
under it. Secrets never have a default: in development they are made at first start, in production they must be given.
"""

import base64
import binascii
import os
import secrets
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from models.database.connection import tortoise_config
from models.secrets import SecretKeys
from resolvers.payments.providers.sandbox import Behaviour
from rules.books.points_costs import COST_OF_A_POINT
from rules.loyalty.adjustments import ALONE_A_DAY
from rules.notifications.caps import Caps
from rules.notifications.classes import Lane
from rules.products.currencies import CurrencyUnsupported, check_currency
from rules.products.holidays import RegionUnknown, make_calendar
from rules.service.business_time import BusinessHours, read_hours
from rules.service.case_clocks import DayKind

ROOT = Path(__file__).parent
FEWEST_DIFFERENT_BYTES = 16
"""32 bytes drawn by chance have about 30 different ones; fewer than 16 were typed."""


class Environment(StrEnum):
    """What kind of place this runs in."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class PaymentProviderName(StrEnum):
    """Who moves the money."""

    SANDBOX = "sandbox"
    MANUAL = "manual"


class AdHocDocuments(StrEnum):
    """To whom documents are answered that were not registered."""

    EVERYBODY = "everybody"
    STAFF = "staff"
    NOBODY = "nobody"


def _key_bytes(key: SecretStr) -> SecretStr:
    if len(_decoded(key)) != 32:
        raise ValueError("a key is 32 bytes in base64, such as `openssl rand -base64 32` prints")
    return key


def _decoded(key: SecretStr) -> bytes:
    try:
        return base64.b64decode(key.get_secret_value(), validate=True)
    except binascii.Error:
        return b""


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as unknown:
        raise ValueError(f"there is no time zone {name}") from unknown
    return name


def _known_database(url: str) -> str:
    if not url.startswith(("sqlite://", "postgres://")):
        raise ValueError("a database URL starts with sqlite:// or postgres://")
    return url


def _known_redis(url: str) -> str:
    parts = urlsplit(url)
    if url and (parts.scheme not in {"redis", "rediss"} or not parts.hostname):
        raise ValueError("a Redis URL looks like redis://HOST:PORT/NUMBER, or rediss:// with TLS")
    return url


def _known_smtp(url: str) -> str:
    parts = urlsplit(url)
    if url and (parts.scheme not in {"smtp", "smtps"} or not parts.hostname):
        raise ValueError("a mail server's URL looks like smtp://USER:PASSWORD@HOST:PORT, or smtps:// with TLS first")
    return url


def _known_origins(text: str) -> str:
    for origin in filter(None, text.split(",")):
        parts = urlsplit(origin)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query or parts.username:
            raise ValueError("an origin looks like https://app.example.com, or with a port after it")
    return text


def _known_currency(code: str) -> str:
    try:
        check_currency(code)
    except CurrencyUnsupported as unsupported:
        raise ValueError(f"{code} is no currency, or not one of hundredths") from unsupported
    return code


def _known_hours(written: str) -> str:
    read_hours(written)
    return written


def _known_region(code: str | None) -> str | None:
    try:
        make_calendar(code, ())
    except RegionUnknown as unknown:
        raise ValueError(f"no holidays are known of {code}") from unknown
    return code


def _no_bound(said: object) -> object:
    """Read `none`: what is empty counts as left out."""
    return None if isinstance(said, str) and said.strip().lower() == "none" else said


Key = Annotated[SecretStr, AfterValidator(_key_bytes)]
PerDays = Annotated[Annotated[int, Field(ge=0)] | None, BeforeValidator(_no_bound)]


@dataclass(frozen=True)
class TokenKeys:
    """The keys that sign access tokens, by id; new tokens are signed with `current`."""

    by_id: Mapping[str, Ed25519PrivateKey]
    current: str


class Settings(BaseSettings):
    """The settings of this process."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", use_attribute_docstrings=True, env_ignore_empty=True, hide_input_in_errors=True
    )

    environment: Environment = Environment.DEVELOPMENT
    """`development` or `production`. Production has no GraphiQL, no demo people and no sandbox, and makes no keys."""

    database_url: Annotated[str, AfterValidator(_known_database)] = "sqlite://var/goodterms.sqlite3"
    """`sqlite://PATH`, or `postgres://USER:PASSWORD@HOST:PORT/DATABASE`."""
    allow_sqlite: bool = False
    """Let production keep its books in SQLite: one machine, no second process on another."""
    database_pool_size: Annotated[int, Field(ge=2, le=100)] = 10
    """The most connections this process opens to PostgreSQL."""
    redis_url: Annotated[str, AfterValidator(_known_redis)] = ""
    """`redis://USER:PASSWORD@HOST:PORT/NUMBER` (`rediss://` with TLS), of one house alone: 7.0 or newer.

    With it, `python -m jobs worker` works in the background, in any number; without, the API process does it itself.
    """

    host: str = "127.0.0.1"
    """The address to listen on."""
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    """The port to listen on."""
    trusted_proxies: str = ""
    """Addresses, separated by commas, of our own proxies, whose X-Forwarded-For says who asks; empty: nobody's does."""
    shutdown_seconds: Annotated[int, Field(ge=1, le=600)] = 30
    """How long the requests that are under way when the process is told to stop may take to their end, then its tasks."""
    json_logs: bool | None = None
    """Log one JSON object a line, without what belongs to a person. Left out, production does and development does not."""
    max_body_bytes: Annotated[int, Field(ge=1024)] = 262_144
    """The largest request body that is read; a larger one is answered with 413."""
    max_json_depth: Annotated[int, Field(ge=8, le=500)] = 32
    """How deep the JSON of a request may be nested."""
    max_number_digits: Annotated[int, Field(ge=20, le=1000)] = 40
    """How many digits a number may have, in JSON and in a document."""
    max_tokens: Annotated[int, Field(ge=100)] = 4_000
    """How many words and signs a document may have, as its grammar counts them."""
    max_depth: Annotated[int, Field(ge=5, le=50)] = 15
    """How deep an operation's fields may be nested; what asks for the schema itself is not counted."""
    max_aliases: Annotated[int, Field(ge=1)] = 50
    """How many fields of an operation may be renamed, or named a second time in one place."""
    max_cost: Annotated[int, Field(ge=1000)] = 50_000
    """About how many values an operation may ask for: each field counts one, times the lengths of the lists around it."""
    max_fragments: Annotated[int, Field(ge=1)] = 50
    """How many fragments a document may define."""
    max_directives: Annotated[int, Field(ge=1)] = 50
    """How many times a document may use a directive."""
    max_operations: Annotated[int, Field(ge=1)] = 10
    """How many operations a document may define."""
    allow_introspection: bool | None = None
    """Show the schema, and suggest names that were perhaps meant. Left out, only development does."""
    trusted_documents: Path | None = None
    """A manifest `{sha256: document}`, as graphql-codegen writes it, or a folder of them; beside `api/trusted/manifest.json`."""
    ad_hoc_documents: AdHocDocuments | None = None
    """To whom documents are answered that are in no manifest, within the limits: `everybody`, `staff` or `nobody`.

    Left out, it is everybody in development and nobody in production, which never has everybody.
    """

    allowed_origins: Annotated[str, AfterValidator(_known_origins)] = ""
    """Web pages elsewhere that may open a WebSocket here: `https://app.example.com`, several separated by commas."""
    max_sockets: Annotated[int, Field(ge=1)] = 5
    """How many WebSockets one session may have open at a time in one process."""
    max_subscriptions: Annotated[int, Field(ge=1)] = 20
    """How many subscriptions may run over one WebSocket at a time."""
    socket_init_seconds: Annotated[float, Field(gt=0, le=60)] = 10
    """How long a WebSocket may be open before its client has said who he is."""
    socket_patience_seconds: Annotated[float, Field(gt=0, le=60)] = 10
    """How long a client may leave what it is sent unread before it is hung up on."""

    lender_name: Annotated[str, Field(min_length=1)] = "Goodterms"
    """The lender's legal name, as contracts say it."""
    lender_zone: Annotated[str, AfterValidator(_known_zone)] = "Asia/Shanghai"
    """The time zone in which the lender's days begin and end."""

    key_directory: Path = ROOT / "var" / "keys"
    """Where development keeps the keys it made itself, readable by their owner alone."""
    token_keys: dict[str, Key] = Field(default_factory=dict)
    """JSON, key id to Ed25519 private key (32 bytes in base64). Keep an old key for as long as its tokens live."""
    token_key_id: str = ""
    """The key in `token_keys` that signs new tokens."""
    token_issuer: str = "goodterms"  # noqa: S105  Who signs, not what with.
    """`iss` of the access tokens."""
    token_audience: str = "goodterms"  # noqa: S105
    """`aud` of the access tokens."""
    token_lifetime_seconds: Annotated[int, Field(ge=60, le=3600)] = 600
    """How long an access token is good for."""
    encryption_keys: dict[str, Key] = Field(default_factory=dict)
    """JSON, key id to AES-256 key (32 bytes in base64) of the encrypted columns. Never drop one that sealed a value."""
    encryption_key_id: str = ""
    """The key in `encryption_keys` that seals new values."""
    blind_index_key: Key | None = None
    """The key (32 bytes in base64) of the hashes that find a phone or an identity number. It cannot change."""

    payment_provider: PaymentProviderName | None = None
    """`sandbox`, or `manual`: officers record transfers made at the bank. Production never has the sandbox.

    Left out, it is the sandbox in development and manual in production.
    """
    sandbox_behaviour: Behaviour = Behaviour.AT_ONCE
    """How the sandbox answers: `at-once`, `later` (paid when asked again), `fail` or `never`."""

    files_dir: Path = ROOT / "var" / "files"
    """The folder in which uploaded files and documents lie, encrypted; several processes share it."""
    clamd: Annotated[str, Field(pattern=r"^[^\s:]+:\d{1,5}$")] | None = None
    """Where ClamAV's daemon listens, such as `127.0.0.1:3310`: it looks through what is uploaded. Left out, nobody does."""

    public_url: Annotated[str, Field(pattern=r"^https?://[^/]+$")] = "http://127.0.0.1:8000"
    """Where people reach this server from outside, for the links in messages."""
    fcm_credentials: Path | None = None
    """The JSON of a service account that may send by Firebase. Left out, no pushes go that way. Wants `REDIS_URL`."""
    fcm_url: Annotated[str, Field(pattern=r"^https://[^/]+$")] = "https://fcm.googleapis.com"
    """Where Firebase takes messages."""
    fcm_dry_run: bool = False
    """Have Google check every message and deliver none."""
    fcm_per_second: Annotated[int, Field(ge=1, le=10_000)] = 2_000
    """How many messages a second each worker sends by Firebase at the most, which it reaches within a minute."""
    delivery_lease_seconds: Annotated[int, Field(ge=30, le=3_600)] = 300
    """How long a worker has the messages that it claimed for itself; what one that died had is sent by others after that."""
    vendor_push_url: Annotated[str, Field(pattern=r"^(https?://[^/]+)?$")] = ""
    """Where the aggregator of the phone makers' services takes messages. Left out, no pushes go that way. Wants `REDIS_URL`."""
    vendor_push_key: str = ""
    """The app's key there."""
    vendor_push_secret: SecretStr = SecretStr("")
    """The secret that goes with it."""
    sms_url: str = ""
    """An SMS gateway that takes JSON (https://…), or a service of Apprise (`twilio://…/{to}`). Left out, no texts are sent."""
    sms_token: SecretStr = SecretStr("")
    """The gateway's bearer token."""
    smtp_url: Annotated[str, AfterValidator(_known_smtp)] = ""
    """`smtp://USER:PASSWORD@HOST:PORT`, or `smtps://` where TLS comes first. Left out, no e-mails are sent."""
    email_from: str = "Goodterms <no-reply@localhost>"
    """From whom e-mails are, as in a letter's head."""
    promotions_fewest_people: Annotated[int, Field(ge=1)] = 10
    """Of fewer people a marketer reads no number, and so few cannot be named by a list."""
    ca_file: Path | None = None
    """Certificates of those whom our own requests to carriers trust, in place of the machine's."""

    cost_of_a_point: Annotated[Decimal, Field(gt=0, decimal_places=2)] = COST_OF_A_POINT.amount
    """What a loyalty point given to a customer will cost the lender, in whole cents: booked at the end of each day."""
    points_currency: Annotated[str, AfterValidator(_known_currency)] = COST_OF_A_POINT.currency
    """The currency of that."""

    points_alone_a_day: Annotated[int, Field(ge=0)] = ALONE_A_DAY
    """Points that one member of staff may give and take in a business day without a second pair of eyes."""

    promotions_a_day: PerDays = Caps.a_day
    """The most offers that one customer is told in a day; 0 is none at all, `none` is no bound."""
    promotions_a_week: PerDays = Caps.a_week
    """The most in seven days, likewise."""
    promotions_a_month: PerDays = Caps.a_month
    """The most in thirty days, likewise."""

    business_hours: Annotated[str, AfterValidator(_known_hours)] = "09:00-12:00,13:30-17:30"
    """When branches call customers back, on business days, where the lender is."""
    business_region: Annotated[str | None, BeforeValidator(_no_bound), AfterValidator(_known_region)] = "CN"
    """ISO 3166 code of the country whose official holidays are no business days of branches; `none`: weekends only."""

    complaint_days: DayKind = DayKind.CALENDAR
    """Which days the law counts for complaints: `CALENDAR`, the earlier, until it is settled, or `BUSINESS`."""

    helpline: Annotated[str, Field(min_length=3, max_length=40)] = "12356"
    """Whom somebody in distress is told to call by the automated service: China's psychological assistance hotline."""

    session_hours: Annotated[int, Field(ge=1)] = 12
    """How long after a sign-in its token can be renewed, before one has to sign in again."""
    session_believed_seconds: Annotated[int, Field(ge=0, le=10)] = 5
    """For how many seconds a session that ended in another process may still be taken for open here; 0 reads it each time."""
    reading_seconds: Annotated[int, Field(ge=0, le=600)] = 10
    """Seconds that a disclosure of costs is shown at least before it can be acknowledged."""
    reveals_a_day: Annotated[int, Field(ge=0)] = 20
    """How many masked values one member of staff may have shown in a day."""
    code_requests_per_phone: Annotated[int, Field(ge=1)] = 5
    """How many sign-in codes one phone may ask for in an hour."""
    code_requests_per_address: Annotated[int, Field(ge=1)] = 30
    """How many sign-in codes one network address may ask for in an hour."""
    sign_in_tries_per_person: Annotated[int, Field(ge=1)] = 20
    """How many codes or passwords may be tried for one phone or login in an hour."""
    sign_in_tries_per_address: Annotated[int, Field(ge=1)] = 100
    """How many codes or passwords may be tried from one network address in an hour."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        for keys, current in ((self.token_keys, self.token_key_id), (self.encryption_keys, self.encryption_key_id)):
            if bool(keys) != bool(current) or (current and current not in keys):
                raise ValueError("TOKEN_KEY_ID and ENCRYPTION_KEY_ID each name one of their keys")
        if (self.fcm_credentials or self.vendor_push_url) and not self.redis_url:
            raise ValueError("pushes are sent by workers, never by the process that answers requests: set REDIS_URL")
        problems = [] if self.is_development else list(self._not_for_production())
        if problems:
            raise ValueError("production does not start like this:\n" + "\n".join(f"- {line}" for line in problems))
        return self

    def _not_for_production(self) -> Iterator[str]:
        """Say what production must not run with, and how to mend it."""
        for name, given in (
            ("TOKEN_KEYS", self.token_keys),
            ("ENCRYPTION_KEYS", self.encryption_keys),
            ("BLIND_INDEX_KEY", {"": self.blind_index_key} if self.blind_index_key else {}),
        ):
            form = "" if name == "BLIND_INDEX_KEY" else f" and name it in {name.removesuffix('S')}_ID"
            if not given:
                yield f"{name} is missing: make a key with `openssl rand -base64 32`{form}"
            elif any(self._is_known(key) for key in given.values()):
                yield f"{name} has a development key in it: make another with `openssl rand -base64 32`{form}"
        if self.payment_provider is PaymentProviderName.SANDBOX:
            yield "PAYMENT_PROVIDER is the sandbox, which moves no money: set PAYMENT_PROVIDER=manual"
        if self.ad_hoc_documents is AdHocDocuments.EVERYBODY:
            yield "AD_HOC_DOCUMENTS is everybody: set AD_HOC_DOCUMENTS=staff, or leave it out"
        if self.database_url.startswith("sqlite://") and not self.allow_sqlite:
            yield (
                "DATABASE_URL is SQLite: set DATABASE_URL=postgres://…, "
                "or ALLOW_SQLITE=true if one machine and its backups are enough"
            )

    def _is_known(self, key: SecretStr) -> bool:
        """Say whether a key was made for development here, or typed rather than drawn by chance."""
        kept = self.key_directory.glob("*.key") if self.key_directory.is_dir() else ()
        return len(set(_decoded(key))) < FEWEST_DIFFERENT_BYTES or any(
            path.read_text().strip() == key.get_secret_value() for path in kept
        )

    @property
    def opening_hours(self) -> BusinessHours:
        """When branches call people back."""
        return read_hours(self.business_hours)

    @property
    def caps(self) -> Caps:
        """How often somebody is offered something."""
        return Caps(self.promotions_a_day, self.promotions_a_week, self.promotions_a_month)

    @property
    def is_development(self) -> bool:
        return self.environment is Environment.DEVELOPMENT

    @property
    def lanes(self) -> frozenset[Lane]:
        """The ways out of the house that are set up."""
        given = {
            Lane.FCM: self.fcm_credentials,
            Lane.VENDOR: self.vendor_push_url,
            Lane.SMS: self.sms_url,
            Lane.EMAIL: self.smtp_url,
        }
        return frozenset(lane for lane, is_set in given.items() if is_set)

    @property
    def provider(self) -> PaymentProviderName:
        """Who moves the money, also where the setting was left out."""
        default = PaymentProviderName.SANDBOX if self.is_development else PaymentProviderName.MANUAL
        return self.payment_provider or default

    @property
    def shows_schema(self) -> bool:
        """Whether introspection and suggestions are on, also where the setting was left out."""
        return self.is_development if self.allow_introspection is None else self.allow_introspection

    @property
    def answers_ad_hoc(self) -> AdHocDocuments:
        """To whom documents that were not registered are answered, also where the setting was left out."""
        default = AdHocDocuments.EVERYBODY if self.is_development else AdHocDocuments.NOBODY
        return self.ad_hoc_documents or default

    @property
    def origins(self) -> tuple[str, ...]:
        """The pages elsewhere that may open a WebSocket."""
        return tuple(filter(None, self.allowed_origins.split(",")))

    @property
    def logs_json(self) -> bool:
        """Whether logs are lines of JSON, also where the setting was left out."""
        return not self.is_development if self.json_logs is None else self.json_logs

    def signing_keys(self) -> TokenKeys:
        """Give the keys of the access tokens; development makes one at first."""
        given, current = self.token_keys, self.token_key_id
        if not given:
            given, current = {"dev": _kept_key(self.key_directory / "token.key")}, "dev"
        by_id = {key_id: Ed25519PrivateKey.from_private_bytes(_decoded(key)) for key_id, key in given.items()}
        return TokenKeys(by_id, current)

    def secret_keys(self) -> SecretKeys:
        """Give the keys of the encrypted columns and of the blind index; development makes them at first."""
        given, current = self.encryption_keys, self.encryption_key_id
        if not given:
            given, current = {"dev": _kept_key(self.key_directory / "encryption.key")}, "dev"
        index_key = self.blind_index_key or _kept_key(self.key_directory / "blind-index.key")
        return SecretKeys({key_id: _decoded(key) for key_id, key in given.items()}, current, _decoded(index_key))


def _kept_key(path: Path) -> SecretStr:
    """Read a development key, made at first use; two processes that start at once agree on one."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(base64.b64encode(secrets.token_bytes(32)).decode())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return _key_bytes(SecretStr(path.read_text().strip()))


@cache
def settings() -> Settings:
    """The settings of this process, read from the environment once; ends the process where they cannot be."""
    try:
        return Settings()
    except ValidationError as wrong:
        sys.exit("\n".join(f"{_name(error['loc'])} {error['msg']}".strip() for error in wrong.errors()))
    except SettingsError as unreadable:
        sys.exit(str(unreadable))


def _name(path: tuple[int | str, ...]) -> str:
    return str(path[0]).upper() if path else ""


def __getattr__(name: str) -> Any:
    """Give `TORTOISE_ORM`, by which the `tortoise` command finds the database."""
    if name == "TORTOISE_ORM":
        return tortoise_config(settings().database_url)
    raise AttributeError(name)
