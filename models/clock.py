"""The clocks: the real one, and one that travels. Nothing else asks what time it is."""

import time
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from models.books.accounting_days import AccountingDay

REREAD_AFTER_SECONDS = 1.0


class SystemClock:
    """The machine's time, and the business date as the database last told it."""

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self._today: date | None = None
        self._read_at = float("-inf")

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251  This is the clock.

    def today(self) -> date:
        """The open AccountingDay as last read; before the first one is opened, the calendar day of the lender's zone."""
        return self._today or self.calendar_day()

    def calendar_day(self) -> date:
        """What a calendar on the lender's wall shows."""
        return self.now().astimezone(self._zone).date()

    async def refresh(self) -> None:
        """Read the open AccountingDay again if the last reading is older than a second."""
        moment = time.monotonic()
        if moment - self._read_at >= REREAD_AFTER_SECONDS:
            self._read_at = moment
            day = await AccountingDay.get_or_none(is_open=True)
            self._today = day.on if day else None


class TravellingClock:
    """A clock that stands still until it is moved: for tests, demo data and rehearsals."""

    def __init__(self, now: datetime, today: date) -> None:
        self.moment = now
        self.business_date = today

    @property
    def moment(self) -> datetime:
        return self._moment

    @moment.setter
    def moment(self, moment: datetime) -> None:
        assert moment.tzinfo is not None, "say in which zone"
        self._moment = moment.astimezone(UTC)

    def now(self) -> datetime:
        return self._moment

    def today(self) -> date:
        return self.business_date
