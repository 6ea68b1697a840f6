"""Being reminded of what is overdue, by a member of staff."""

from dataclasses import dataclass

from notifications.loans.about import AboutLoan
from rules.notifications.classes import MessageClass


@dataclass(frozen=True, kw_only=True)
class OverdueNotice(AboutLoan):
    """Sent by a member of staff: something is overdue, and there is help."""

    message_class = MessageClass.OVERDUE
