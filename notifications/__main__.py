"""`python -m notifications` writes docs/notifications.md anew: every message, in both languages."""

from datetime import timedelta
from pathlib import Path

from notifications.previews import MessagePreview, previews
from rules.people.kinds import Locale

PAGE = Path(__file__).parent.parent / "docs" / "notifications.md"
_HEAD = """# What people are told

Written by `python -m notifications`; the values are samples. A push names nothing and nobody, for anybody reads a lock screen; the inbox
of the app says it all. The class says at which hours and on what conditions somebody may be told; the
category is what customers choose about. Named are the ways beside the inbox where they have not chosen; a text goes where no push reaches them. How long a
message lives is counted from the first hour at which it may go; reminders end with their due day.
"""


def page() -> str:
    """Write the page as the catalogues are now."""
    both = zip(previews(Locale.ZH_CN).messages, previews(Locale.EN).messages, strict=True)
    return _HEAD + "".join(_section(chinese, english) for chinese, english in both)


def _section(*shown: MessagePreview) -> str:
    first = shown[0]
    ways = ", ".join(first.ways) or "only with consent"
    facts = [
        f"{first.message_class}, {first.category}; {ways}; {'wakes the phone' if first.is_urgent else 'waits quietly'}",
        f"lives {_hours(first.lives)}; {'in place of the older one by its tag' if first.replaces else 'each by itself'}",
        f"leads to `{first.link}`",
    ]
    head = f"\n## {first.kind}\n\n{'; '.join(facts)}\n\n| push | inbox |\n|---|---|\n"
    return head + "".join(f"| **{each.push_title}** {each.push_body} | {each.inbox} |\n" for each in shown)


def _hours(life: timedelta) -> str:
    return f"{life // timedelta(hours=1)} h"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
