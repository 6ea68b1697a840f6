"""Refresh tokens: a session goes on by one after the other, each used once.

The next token is derived from the one before with our key, so that a lost answer can be given again, word for word,
although only hashes are kept: a family never has two ends.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from models import RefreshToken, Session, Staff, Viewer, blind_index
from models.database import transaction
from models.database.unit import Unit
from resolvers.notifications.retiring import retire
from resolvers.people import tokens
from resolvers.people.sessions import NO_DEVICE, Device, forget_viewers
from rules.notifications.deliveries import RetiredBecause
from rules.people.sessions import RefreshVerdict, SessionOver, judge_refresh


@dataclass(frozen=True)
class SessionRefreshed:
    """The session goes on, by new tokens."""

    access_token: str
    expires_at: datetime
    refresh_token: str


async def first_token(session: Session) -> str:
    """Make the token a new session goes on by, in the transaction that starts it."""
    token = secrets.token_hex(32)
    await RefreshToken.create(session_id=session.id, token_hash=_hash(token))
    return token


async def refresh_session(viewer: Viewer, refresh_token: str, device: Device = NO_DEVICE) -> SessionRefreshed:
    """Go on with a session: new tokens for the refresh token shown, which is thereby used.

    Raises `SessionOver`; a token used before, or on another device, ends its session with it.
    """
    known = await RefreshToken.get_or_none(token_hash=_hash(refresh_token))
    if known is None:  # Nothing is written about what anybody may invent.
        raise SessionOver
    async with transaction(viewer, "refresh_session") as unit:
        session = await _go_on(unit, known, refresh_token, device)
    if session is None:  # Refused only now: what ended with it has to stay.
        raise SessionOver
    return SessionRefreshed(*tokens.issue(session.id, viewer.now), _after(refresh_token))


async def _go_on(unit: Unit, known: RefreshToken, shown: str, device: Device) -> Session | None:
    """Give the session if it goes on, locked; a stolen token ends it."""
    session = await Session.filter(id=known.session_id).select_for_update().get()
    unit.subject = session
    if session.ended_at is not None or session.expires_at <= unit.now or not await _may_sign_in(session):
        return None
    token = await RefreshToken.get(id=known.id)  # A twin may have used it while we waited for the session.
    verdict = judge_refresh(
        used_at=token.used_at,
        is_next_used=await RefreshToken.exists(token_hash=_hash(_after(shown)), used_at__isnull=False),
        is_same_device=session.device_index in (None, device.index),
        now=unit.now,
    )
    if verdict is RefreshVerdict.STOLEN:
        unit.operation = "end_stolen_session"
        unit.afterwards.append(forget_viewers)
        await Session.filter(id=session.id).update(ended_at=unit.now)
        await retire(RetiredBecause.SIGNED_OUT, session_id=session.id)
        return None
    if verdict is RefreshVerdict.NEXT:
        await RefreshToken.filter(id=token.id).update(used_at=unit.now)
        await RefreshToken.create(session_id=session.id, token_hash=_hash(_after(shown)))
    return session


async def _may_sign_in(session: Session) -> bool:
    return session.staff_id is None or await Staff.exists(id=session.staff_id, is_active=True)


def _after(token: str) -> str:
    """Derive the token that follows: nobody can without our key."""
    return blind_index(f"refresh token after {token}")


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
