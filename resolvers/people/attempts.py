"""Counting attempts to sign in, or to guess a code, so that nobody can do so, or send codes, for long."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from math import ceil

from models import AttemptKind, SignInAttempt, Viewer, blind_index
from models.database import one_at_a_time, transaction
from models.database.unit import Unit
from resolvers import configured
from rules.people.sign_in import TooManyAttempts

WINDOW = timedelta(hours=1)


@asynccontextmanager
async def limited(viewer: Viewer, kind: AttemptKind, subject: str) -> AsyncIterator[Unit]:
    """Run the body in the transaction that records one attempt about a phone or login, or of somebody signed in.

    The attempt must stay although it is refused later, so the body itself must not refuse. Raises `TooManyAttempts`
    where a limit is reached; that attempt is not recorded, so that waiting helps.
    """
    async with transaction(viewer, kind.value.lower()) as unit:
        limits = _limits(viewer, kind, subject)
        for name in sorted({value for where, _ in limits for value in where.values()}):
            await one_at_a_time(name)  # Parallel attempts would pass a limit together.
        for where, limit in limits:
            await _check(unit, kind, where, limit)
        await SignInAttempt.create(
            kind=kind, subject_index=blind_index(subject), address_index=blind_index(viewer.address)
        )
        yield unit


def _limits(viewer: Viewer, kind: AttemptKind, subject: str) -> list[tuple[dict[str, str], int]]:
    """Give each limit with what it counts. A viewer without an address (a job, a test) is limited by subject only.

    Wrong tries from one address do not shut out the person himself, who comes from another; ten times as many from
    everywhere do.
    """
    settings = configured()
    about = {"subject_index": blind_index(subject)}
    origin = {"address_index": blind_index(viewer.address)}
    if kind is AttemptKind.CODE_REQUEST:
        limits = [(about, settings.code_requests_per_phone), (origin, settings.code_requests_per_address)]
    elif kind is AttemptKind.REFERRAL_TRY:  # Nobody else can use up his tries.
        limits = [(about, settings.sign_in_tries_per_person), (origin, settings.sign_in_tries_per_address)]
    else:
        tries = settings.sign_in_tries_per_person
        limits = [(about | origin, tries), (about, 10 * tries), (origin, settings.sign_in_tries_per_address)]
    return [(where, limit) for where, limit in limits if viewer.address or where is not origin]


async def _check(unit: Unit, kind: AttemptKind, where: dict[str, str], limit: int) -> None:
    attempts = SignInAttempt.filter(kind=kind, created_at__gt=unit.now - WINDOW, **where)
    times = [attempt.created_at for attempt in await attempts.order_by("-created_at").limit(limit)]
    if len(times) == limit:
        wait = times[-1] + WINDOW - unit.now
        raise TooManyAttempts(retry_after=max(1, ceil(wait.total_seconds())))


async def forgive(viewer: Viewer, kind: AttemptKind, subject: str) -> None:
    """Let the attempt of the open `limited` block not count: it was none at guessing. The block's locks keep it the newest."""
    mine = SignInAttempt.filter(
        kind=kind, subject_index=blind_index(subject), address_index=blind_index(viewer.address)
    )
    newest = await mine.order_by("-id").first()
    assert newest is not None, "an attempt is forgiven in the block that recorded it"
    await newest.delete()
