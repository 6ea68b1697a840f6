"""Sessions: one sign-in of one person, from a token back to the viewer, and its end."""

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tortoise import connections
from tortoise.expressions import Q

from models import Session, Viewer, blind_index
from models.database import transaction
from models.database.unit import Unit
from models.people.sessions import open_session
from models.viewer import Clock
from resolvers import configured
from resolvers.notifications.retiring import retire
from resolvers.people import tokens
from resolvers.people.tokens import TokenInvalid
from rules.errors import NotFound
from rules.notifications.deliveries import RetiredBecause
from rules.people.access import Role
from rules.people.kinds import Locale


@dataclass(frozen=True)
class SessionEnded:
    """How many sessions ended; their tokens are worth nothing now."""

    ended_count: int


@dataclass(frozen=True)
class _Known:
    """Whom a session's row named, and when it was read."""

    viewer: Viewer
    """In the language he chose, if he did."""
    has_chosen: bool
    expires_at: datetime
    read_at: datetime
    where: object
    """The connection it was read from."""


_known: OrderedDict[int, _Known] = OrderedDict()
"""By session, those asked for longest ago first."""
MOST_REMEMBERED = 10_000
SESSIONS_AT_A_TIME = 1_000
"""How many are read in one statement."""


_changes = 0
"""How often something changed: what was read before a change and arrives after it is not remembered."""


def forget_viewers() -> None:
    """Drop what is remembered of sessions: one of them changed. Other processes read their rows again within seconds."""
    global _changes
    _changes += 1
    _known.clear()


async def viewer_of(token: str | None, clock: Clock, accept_language: Locale | None, address: str) -> Viewer:
    """Say who sends a token; nobody yet if there is none.

    A session's row is believed for a few seconds; what this process changes about one is known here at once. Raises
    `TokenInvalid` for a token that is not ours, is too old, or belongs to a session that ended or to staff who may no
    longer sign in.
    """
    spoken = accept_language or Locale.ZH_CN
    if token is None:
        return Viewer(role=Role.VISITOR, clock=clock, locale=spoken, address=address)
    now = clock.now()
    session_id = tokens.verify(token, now)
    known = _known.get(session_id)
    if known is None or not _is_fresh(known, now):
        changes = _changes
        known = await _read(session_id, clock, now)
        if known is None:
            _known.pop(session_id, None)
            tokens.forget(token)
            raise TokenInvalid
        if changes == _changes:
            _known[session_id] = known
        while len(_known) > MOST_REMEMBERED:
            _known.popitem(last=False)
    return replace(
        known.viewer, clock=clock, locale=known.viewer.locale if known.has_chosen else spoken, address=address
    )


def _is_fresh(known: _Known, now: datetime) -> bool:
    age = now - known.read_at
    is_recent = timedelta(0) <= age < configured().session_believed_for
    return is_recent and now < known.expires_at and known.where is connections.get("default")


async def _read(session_id: int, clock: Clock, now: datetime) -> _Known | None:
    session = await open_session(session_id, now)
    if session is None:
        return None
    viewer = Viewer(
        role=session.role,
        clock=clock,
        locale=session.locale or Locale.ZH_CN,
        customer_id=session.customer_id,
        staff_id=session.staff_id,
        branch_ids=session.branch_ids,
        session_id=session_id,
    )
    return _Known(viewer, session.locale is not None, session.expires_at, now, connections.get("default"))


async def going_on(session_ids: Collection[int], now: datetime) -> set[int]:
    """Say which of these sessions go on, as their rows are now: for what was begun in one and has to end with it."""
    asked, found = sorted(session_ids), set[int]()
    of_whom_may_sign_in = Q(staff_id__isnull=True) | Q(staff__is_active=True)
    for start in range(0, len(asked), SESSIONS_AT_A_TIME):
        these = Session.filter(of_whom_may_sign_in, id__in=asked[start : start + SESSIONS_AT_A_TIME])
        found |= {each.id for each in await these.filter(ended_at__isnull=True, expires_at__gt=now).only("id")}
    return found


@dataclass(frozen=True)
class Device:
    """What an app says of the device it runs on; a session begun on one goes on there only."""

    id: str | None = None
    """Made once by the app and kept on the device."""
    name: str | None = None
    """For the person to know it again."""

    @property
    def index(self) -> str | None:
        return None if self.id is None else blind_index(f"device {self.id}")


NO_DEVICE = Device()


async def start_session(
    unit: Unit, *, customer_id: int | None = None, staff_id: int | None = None, device: Device = NO_DEVICE
) -> Session:
    """Open the session of one person, in a transaction that is open."""
    assert (customer_id is None) != (staff_id is None), "a session is a customer's or a member of staff's"
    return await Session.create(
        customer_id=customer_id,
        staff_id=staff_id,
        expires_at=unit.now + configured().session_lifetime,
        device_index=device.index,
        device_name=device.name,
    )


async def end_session(viewer: Viewer, *, is_everywhere: bool = False, session_id: int | None = None) -> SessionEnded:
    """End the session whose token was sent, another of this person's, or all of them, and what is pushed there.

    Those that ended already are not counted. Raises `NotFound` for a session that is not his, or not open.
    """
    assert viewer.session_id is not None, "only who is signed in has a session"
    async with transaction(viewer, "end_session") as unit:
        mine = Session.visible_to(viewer)
        if not is_everywhere:
            mine = mine.filter(id=session_id or viewer.session_id)
        unit.afterwards.append(forget_viewers)
        ended_count = await mine.update(ended_at=unit.now)
        if session_id is not None and not ended_count:
            raise NotFound
        if viewer.customer_id is not None:
            where = {} if is_everywhere else {"session_id": session_id or viewer.session_id}
            await retire(RetiredBecause.SIGNED_OUT, customer_id=viewer.customer_id, **where)
        return SessionEnded(ended_count)


async def end_sessions_of_staff(unit: Unit, staff_id: int) -> int:
    """End every session of a member of staff, in a transaction that is open; gives how many there were."""
    unit.afterwards.append(forget_viewers)
    return await Session.filter(staff_id=staff_id, ended_at__isnull=True).update(ended_at=unit.now)
