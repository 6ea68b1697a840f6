"""What people call a loan aloud."""

from datetime import datetime


def loan_number(id: int, created_at: datetime) -> str:
    """Give the number people read aloud, L-2026-000123: unique by its id; the year is that of creation, in UTC."""
    return f"L-{created_at.year}-{id:06d}"
