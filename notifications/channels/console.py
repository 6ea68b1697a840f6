"""The console: what a push would say, printed; for one machine without a push service."""

import sys
from typing import TextIO

from models import Customer
from notifications import inbox_words
from notifications.channels import Delivery


class ConsoleChannel:
    """Prints the push that a phone would show. A repetition prints again: nobody but the developer reads it."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out

    async def deliver(self, delivery: Delivery) -> None:
        event = delivery.event
        customer = await Customer.get(id=event.customer_id)
        title, body = inbox_words.push(event, customer.language)
        line = f"[{event.message_class}] C{event.customer_id}: {title} {body} {event.link()}\n"
        out = self._out or sys.stdout
        out.write(line)
        out.flush()
