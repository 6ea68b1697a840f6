"""What people call an application aloud."""

from datetime import datetime


def application_number(id: int, created_at: datetime) -> str:
    """Give the number people read aloud, A-2026-000045: unique by its id; the year is that of creation, in UTC."""
    return f"A-{created_at.year}-{id:06d}"
