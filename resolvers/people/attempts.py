"""Counting sign-in attempts, so that nobody can guess, or send codes, for long."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from math import ceil

from models import AttemptKind, SignInAttempt, Viewer, blind_index
from models.database import transaction
from models.database.unit import Unit
from resolvers import configured
from rules.people.sign_in import TooManyAttempts

WINDOW = timedelta(hours=1)


@asynccontextmanager
async def counted(viewer: Viewer, kind: AttemptKind, subject: str) -> AsyncIterator[Unit]:
    """Run the body in the transaction that records one attempt about a phone or login.

    The attempt stays although it is refused later, so the body itself must not refuse. Raises `TooManyAttempts`
    before it, unrecorded; and after it, where parallel attempts went beyond a limit together.
    """
    limits = _limits(viewer, kind, subject)
    await _check(viewer, kind, limits, recorded=0)
    async with transaction(viewer, kind.value.lower()) as unit:
        await SignInAttempt.create(
            kind=kind, subject_index=blind_index(subject), address_index=blind_index(viewer.address)
        )
        yield unit
    await _check(viewer, kind, limits, recorded=1)


def _limits(viewer: Viewer, kind: AttemptKind, subject: str) -> dict[tuple[str, str], int]:
    """Give the limit by (column, value); a viewer without an address (a job, a test) is limited by subject only."""
    settings = configured()
    if kind is AttemptKind.CODE_REQUEST:
        per_subject, per_address = settings.code_requests_per_phone, settings.code_requests_per_address
    else:
        per_subject, per_address = settings.sign_in_tries_per_person, settings.sign_in_tries_per_address
    limits = {("subject_index", blind_index(subject)): per_subject}
    if viewer.address:
        limits["address_index", blind_index(viewer.address)] = per_address
    return limits


async def _check(viewer: Viewer, kind: AttemptKind, limits: dict[tuple[str, str], int], *, recorded: int) -> None:
    for (column, value), limit in limits.items():
        attempts = SignInAttempt.filter(kind=kind, created_at__gt=viewer.now - WINDOW, **{column: value})
        times = [attempt.created_at for attempt in await attempts.order_by("-created_at").limit(limit + recorded)]
        if len(times) == limit + recorded:
            wait = times[limit - 1] + WINDOW - viewer.now
            raise TooManyAttempts(retry_after=max(1, ceil(wait.total_seconds())))
