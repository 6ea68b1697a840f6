"""What a front door does before it opens: each room gets its part of the settings, once."""

import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

import models
import notifications
import resolvers
from jobs import lanes
from models import AccountingDay
from models.clock import SystemClock
from models.database import connect, disconnect
from models.database.catalogue import check_catalogue
from notifications import NotificationSettings
from notifications.channels.console import Console
from notifications.previews import check_words
from resolvers import SendCode
from resolvers.documents.malware import ClamAV
from resolvers.documents.storage import Folder
from resolvers.payments.providers.interface import PaymentProvider
from resolvers.payments.providers.manual import Manual
from resolvers.payments.providers.sandbox import Sandbox
from rules.money import Money
from rules.notifications.classes import Lane
from rules.people.kinds import Locale
from settings import PaymentProviderName, Settings

logger = logging.getLogger("goodterms.jobs")


class NotReady(Exception):
    """The house cannot open; the message says what to do first."""


@asynccontextmanager
async def opened_house(settings: Settings, *, hears_others: bool = False) -> AsyncIterator[SystemClock]:
    """Have the rooms configured and the database connected for the block, and give the clock.

    With Redis the other processes are told what happens here; `hears_others`: and who waits here for news hears theirs.
    Raises where a message lacks words, where the database is not that of this version, and `NotReady` where no business day is open.
    """
    check_words()
    configure_rooms(settings)
    await connect(settings.database_url, pool_size=settings.database_pool_size)
    try:
        await check_catalogue()
        if not await AccountingDay.exists(is_open=True):
            raise NotReady(
                "No business day is open: `python -m jobs create-admin` (or, to try it, `demo`) opens the first."
            )
        clock = SystemClock(settings.lender_zone)
        await clock.refresh()
        lanes.configure(settings)
        async with _in_touch(settings.redis_url, hears_others=hears_others):
            yield clock
    finally:
        await lanes.close()
        await disconnect()


@asynccontextmanager
async def _in_touch(redis_url: str, *, hears_others: bool) -> AsyncIterator[None]:
    if not redis_url:
        yield
        return
    from jobs.wake_ups import told_to_others  # noqa: PLC0415  Where Redis is not used, its client need not be read.

    async with told_to_others(redis_url, hears=hears_others):
        yield


def configure_rooms(settings: Settings) -> None:
    """Hand keys, limits, channels and the payment provider down."""
    tokens = settings.signing_keys()
    models.configure(settings.secret_keys())
    notifications.configure(
        NotificationSettings(
            zone=ZoneInfo(settings.lender_zone),
            lanes=settings.lanes,
            lease=timedelta(seconds=settings.delivery_lease_seconds),
            console=Console() if settings.is_development else None,
            public_url=settings.public_url,
            caps=settings.caps,
            fewest_people=settings.promotions_fewest_people,
        )
    )
    resolvers.configure(
        resolvers.ResolverSettings(
            token_keys=tokens.by_id,
            token_key_id=tokens.current,
            token_issuer=settings.token_issuer,
            token_audience=settings.token_audience,
            token_lifetime=timedelta(seconds=settings.token_lifetime_seconds),
            session_lifetime=timedelta(hours=settings.session_hours),
            session_believed_for=timedelta(seconds=settings.session_believed_seconds),
            send_code=_sender_of_codes(settings, Lane.SMS),
            send_email_code=_sender_of_codes(settings, Lane.EMAIL),
            payment_provider=_payment_provider(settings),
            files=Folder(settings.files_dir),
            scanner=_scanner(settings),
            points_alone_a_day=settings.points_alone_a_day,
            cost_of_a_point=Money(settings.cost_of_a_point, settings.points_currency),
            lender_name=settings.lender_name,
            code_requests_per_phone=settings.code_requests_per_phone,
            code_requests_per_address=settings.code_requests_per_address,
            sign_in_tries_per_person=settings.sign_in_tries_per_person,
            sign_in_tries_per_address=settings.sign_in_tries_per_address,
            reading_time=timedelta(seconds=settings.reading_seconds),
            reveals_a_day=settings.reveals_a_day,
            business_hours=settings.opening_hours,
            business_region=settings.business_region,
            complaint_days=settings.complaint_days,
            helpline=settings.helpline,
        )
    )


def _payment_provider(settings: Settings) -> PaymentProvider:
    if settings.provider is PaymentProviderName.SANDBOX:
        return Sandbox(settings.sandbox_behaviour)
    return Manual()


def _scanner(settings: Settings) -> ClamAV | None:
    if settings.clamd is None:
        return None
    host, _, port = settings.clamd.rpartition(":")
    return ClamAV(host, int(port))


def _sender_of_codes(settings: Settings, lane: Lane) -> SendCode:
    """Choose what sends codes: the lane if it is set up, else the console of whoever develops, else nobody."""
    if lane in settings.lanes:
        return partial(lanes.send_code, lane)
    return _print_code if settings.is_development else _send_no_code


async def _print_code(to: str, code: str, _: Locale) -> None:
    sys.stdout.write(f"\nCode for {to}: {code}\n\n")
    sys.stdout.flush()


async def _send_no_code(*_: object) -> None:
    logger.error("A code was asked for, but no channel that could send it is set up")
