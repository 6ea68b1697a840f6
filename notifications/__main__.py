"""`python -m notifications` writes docs/notifications.md anew: every message, in both languages."""

from pathlib import Path

from notifications.previews import MessagePreview, previews
from rules.people.kinds import Locale

PAGE = Path(__file__).parent.parent / "docs" / "notifications.md"
_HEAD = """# What people are told

Written by `python -m notifications`; the values are samples. A push names nothing and nobody, for anybody reads a lock screen; the inbox
of the app says it all. The class says at which hours and on what conditions somebody may be told.
"""


def page() -> str:
    """Write the page as the catalogues are now."""
    both = zip(previews(Locale.ZH_CN).messages, previews(Locale.EN).messages, strict=True)
    return _HEAD + "".join(_section(chinese, english) for chinese, english in both)


def _section(*shown: MessagePreview) -> str:
    first = shown[0]
    head = f"\n## {first.kind}\n\n{first.message_class}; leads to `{first.link}`\n\n| push | inbox |\n|---|---|\n"
    return head + "".join(f"| **{each.push_title}** {each.push_body} | {each.inbox} |\n" for each in shown)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
