"""What events of loans have in common."""

from dataclasses import dataclass

from notifications.events import Event, link_to


@dataclass(frozen=True, kw_only=True)
class AboutLoan(Event, is_kind=False):
    """What happened to a loan: it leads there, and the inbox may name its number."""

    loan_id: int
    number: str
    """Such as L-2026-000123."""

    def link(self) -> str:
        return link_to("loans", self.loan_id)
