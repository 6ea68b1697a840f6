"""Seeing a message as a customer gets it."""

from dataclasses import dataclass

from rules.errors import Refused


@dataclass(eq=False)
class NoAccountOfYours(Refused):
    """You are no customer here, as far as we know. Ask an admin to say who you are as a customer."""

    code = "NO_ACCOUNT_OF_YOURS"
