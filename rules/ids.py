"""Global ids: opaque to apps, `Loan:12` to us."""

import base64


def encode_id(type_name: str, key: int) -> str:
    """Give the global id of a row, by the name of the GraphQL type that shows it."""
    return base64.urlsafe_b64encode(f"{type_name}:{key}".encode()).decode().rstrip("=")
