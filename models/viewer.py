"""Who is asking, and what time it is for him."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Protocol, Self

from rules.people.access import IN_CHARGE, Role
from rules.people.kinds import Locale


class Clock(Protocol):
    """The one source of time; handed in at the front door, so that tests and demos can travel."""

    def now(self) -> datetime:
        """The time, in UTC."""
        ...

    def today(self) -> date:
        """The business date: the open AccountingDay as last read."""
        ...


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """The person (or job) on whose behalf something is read or done."""

    role: Role
    clock: Clock
    locale: Locale = Locale.ZH_CN
    customer_id: int | None = None
    staff_id: int | None = None
    branch_ids: tuple[int, ...] = field(default=())
    session_id: int | None = None
    address: str = ""
    """The network address the request came from; only for limits, never stored with a person."""

    @classmethod
    def house(cls, clock: Clock) -> Self:
        """The lender itself: what happens by itself, and what concerns rows of several people."""
        return cls(role=Role.SYSTEM, clock=clock)

    @property
    def now(self) -> datetime:
        return self.clock.now()

    @property
    def today(self) -> date:
        return self.clock.today()

    @property
    def actor(self) -> str:
        """Name the actor in journals and keys: `C12` a customer, `S7` a member of staff, else the role."""
        if self.customer_id is not None:
            return f"C{self.customer_id}"
        return f"S{self.staff_id}" if self.staff_id is not None else self.role.value

    @property
    def is_in_charge(self) -> bool:
        return self.role in IN_CHARGE

    def speaking(self, locale: Locale) -> Self:
        """The same viewer in another language."""
        return replace(self, locale=locale)
