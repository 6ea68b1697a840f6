"""Whom a customer names for the case that he cannot be reached."""

from models import ContactPerson, Secret, Viewer
from models.database import locked, transaction
from resolvers.people.customers import lock_customer
from rules.loans.contacts import CONTACT_PERSONS, Acquaintance, OwnNumber, TooManyContactPersons
from rules.people.names import check_name
from rules.people.phones import parse_phone


async def save_contact_person(viewer: Viewer, *, name: str, phone: str, acquaintance: Acquaintance) -> ContactPerson:
    """Name somebody to be asked to pass a word on; the same number again names him anew.

    Raises `NameInvalid`, `PhoneInvalid`, `OwnNumber`, `TooManyContactPersons`.
    """
    name, phone = check_name(name), parse_phone(phone)
    async with transaction(viewer, "save_contact_person") as unit:
        customer = await lock_customer(viewer)
        if phone == customer.phone.read():
            raise OwnNumber
        named = await ContactPerson.filter(customer_id=customer.id, is_active=True).order_by("id")
        known = next((each for each in named if each.phone.read() == phone), None)
        if known is not None:
            known.name, known.acquaintance = name, acquaintance
            await known.save(update_fields=["name", "acquaintance"])
        elif len(named) >= CONTACT_PERSONS:
            raise TooManyContactPersons(maximum=CONTACT_PERSONS)
        unit.subject = person = known or await ContactPerson.create(
            customer_id=customer.id, name=name, phone=Secret(phone), acquaintance=acquaintance
        )
        return person


async def remove_contact_person(viewer: Viewer, *, contact_person_id: int) -> ContactPerson:
    """Take a name back: nobody calls there any more. Raises `NotFound`."""
    async with transaction(viewer, "remove_contact_person"):
        person = await locked(ContactPerson, viewer, contact_person_id, customer_id=viewer.customer_id)
        person.is_active = False
        await person.save(update_fields=["is_active"])
        return person
