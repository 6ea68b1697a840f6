"""Whom a customer names for the case that he cannot be reached."""

from __future__ import annotations

import models
from resolvers.loans import contact_persons
from rules.loans.contacts import Acquaintance, OwnNumber, TooManyContactPersons
from rules.people.access import CUSTOMERS, OWNER, STAFF_IN_CHARGE
from rules.people.masks import one_and_last, three_and_four
from rules.people.names import NameInvalid
from rules.people.phones import PhoneInvalid
from schema.context import Info
from schema.declarations import Input, Node, id_of, input, masked, mutation, node, text


@node(models.ContactPerson)
class ContactPerson(Node):
    """Somebody whom the customer named for the case that he cannot be reached; he is never told of a debt."""

    name: str = masked(one_and_last, clear_to=OWNER | STAFF_IN_CHARGE)
    """As the customer calls him."""
    acquaintance: Acquaintance
    """Who he is to the customer."""
    phone: str = masked(three_and_four, clear_to=OWNER)
    """His number; staff get it when they may call it."""
    is_active: bool
    """False once the customer took the name back."""


@input
class SaveContactPersonInput(Input):
    """Whom to ask to pass a word on, should you not be reached."""

    name: str = text(1, 100)
    """As you call him."""
    phone: str = text(1, 40)
    """His number."""
    acquaintance: Acquaintance
    """Who he is to you."""


@mutation(allow=CUSTOMERS, refusals=(NameInvalid, PhoneInvalid, OwnNumber, TooManyContactPersons))
async def save_contact_person(info: Info, input: SaveContactPersonInput) -> models.ContactPerson:
    """Name somebody for the case that you cannot be reached. He is never told of a debt; ask him before."""
    return await contact_persons.save_contact_person(info.context.viewer, **input.values())


@input
class RemoveContactPersonInput(Input):
    """Whom to name no longer."""

    contact_person_id: int = id_of(models.ContactPerson)
    """One whom you named."""


@mutation(allow=CUSTOMERS)
async def remove_contact_person(info: Info, input: RemoveContactPersonInput) -> models.ContactPerson:
    """Take a name back: nobody calls there any more."""
    return await contact_persons.remove_contact_person(info.context.viewer, **input.values())
