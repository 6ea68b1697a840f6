"""Sessions: one sign-in of one person, from a token back to the viewer, and its end."""

from dataclasses import dataclass

from models import Session, StaffBranch, Viewer, blind_index
from models.database import transaction
from models.database.unit import Unit
from models.viewer import Clock
from resolvers import configured
from resolvers.people import tokens
from resolvers.people.tokens import TokenInvalid
from rules.errors import NotFound
from rules.people.access import IN_CHARGE, Role
from rules.people.kinds import Locale


@dataclass(frozen=True)
class SessionEnded:
    """How many sessions ended; their tokens are worth nothing now."""

    ended_count: int


async def viewer_of(token: str | None, clock: Clock, accept_language: Locale | None, address: str) -> Viewer:
    """Say who sends a token; nobody yet if there is none.

    Raises `TokenInvalid` for a token that is not ours, is too old, or belongs to a session that ended or to staff
    who may no longer sign in.
    """
    spoken = accept_language or Locale.ZH_CN
    if token is None:
        return Viewer(role=Role.VISITOR, clock=clock, locale=spoken, address=address)
    now = clock.now()
    session_id = tokens.verify(token, now)
    session = (
        await Session.filter(id=session_id, ended_at__isnull=True, expires_at__gt=now)
        .select_related("customer", "staff")
        .first()
    )
    if session is None:
        tokens.forget(token)
        raise TokenInvalid
    if session.staff_id is None:
        return Viewer(
            role=Role.CUSTOMER,
            clock=clock,
            locale=session.customer.locale or spoken,
            customer_id=session.customer_id,
            session_id=session_id,
            address=address,
        )
    if not session.staff.is_active:
        tokens.forget(token)
        raise TokenInvalid
    return Viewer(
        role=session.staff.role,
        clock=clock,
        locale=session.staff.locale or spoken,
        staff_id=session.staff_id,
        branch_ids=await _branches_of(session.staff_id) if session.staff.role in IN_CHARGE else (),
        session_id=session_id,
        address=address,
    )


async def _branches_of(staff_id: int) -> tuple[int, ...]:
    rows = await StaffBranch.filter(staff_id=staff_id).order_by("branch_id").values_list("branch_id", flat=True)
    return tuple(int(str(row)) for row in rows)


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
    """End the session whose token was sent, another of this person's, or all of them.

    Those that ended already are not counted. Raises `NotFound` for a session that is not his, or not open.
    """
    assert viewer.session_id is not None, "only who is signed in has a session"
    async with transaction(viewer, "end_session") as unit:
        mine = Session.visible_to(viewer)
        if not is_everywhere:
            mine = mine.filter(id=session_id or viewer.session_id)
        ended_count = await mine.update(ended_at=unit.now)
        if session_id is not None and not ended_count:
            raise NotFound
        return SessionEnded(ended_count)


async def end_sessions_of_staff(unit: Unit, staff_id: int) -> int:
    """End every session of a member of staff, in a transaction that is open; gives how many there were."""
    return await Session.filter(staff_id=staff_id, ended_at__isnull=True).update(ended_at=unit.now)
