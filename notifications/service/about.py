"""What events of cases have in common."""

from dataclasses import dataclass

from notifications.events import Event, link_to


@dataclass(frozen=True, kw_only=True)
class AboutCase(Event, is_kind=False):
    """What happened to a case: it leads there, and the inbox may name its number."""

    case_id: int
    number: str
    """Such as C-2026-000123."""

    @property
    def tag(self) -> str | None:
        return f"case-{self.case_id}"

    def link(self) -> str:
        return link_to("cases", self.case_id)
