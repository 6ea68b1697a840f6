"""What events of applications have in common."""

from dataclasses import dataclass

from notifications.events import Event, link_to


@dataclass(frozen=True, kw_only=True)
class AboutApplication(Event, is_kind=False):
    """What happened to an application: it leads there, and the inbox may name its number."""

    application_id: int
    number: str
    """Such as A-2026-000045."""

    def link(self) -> str:
        return link_to("applications", self.application_id)
