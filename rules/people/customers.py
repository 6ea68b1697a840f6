"""What may not change about a customer by his own word."""

from dataclasses import dataclass

from rules.errors import Refused


@dataclass(eq=False)
class AlreadyIdentified(Refused):
    """Name and identity number were given before; a mistake in them is corrected by the branch."""

    code = "ALREADY_IDENTIFIED"
    path = ("identityNumber",)
