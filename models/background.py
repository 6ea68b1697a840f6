"""Who leads the background work, and when each task of it was last done: what processes tell each other by rows."""

from datetime import datetime

from tortoise import fields

from models.base import Internal
from models.fields import TextField


class Lease(Internal):
    """Something that one process at a time may do; it is free once its time is over."""

    name = TextField(40, unique=True)
    holder = TextField(100)
    """The process that had it last."""
    until: datetime = fields.DatetimeField()

    class Meta:
        table = "lease"


class Heartbeat(Internal):
    """When a background task last came to its end, in whichever process; one row a task."""

    name = TextField(40, unique=True)
    worker = TextField(100)
    """The process that did it."""
    at: datetime = fields.DatetimeField()

    class Meta:
        table = "heartbeat"


class DayStep(Internal):
    """What a business date brings once, and until which day that is done."""

    name = TextField(60, unique=True)
    done_on = fields.DateField()

    class Meta:
        table = "day_step"
