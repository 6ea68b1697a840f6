"""Sending an application back, and correcting it."""

from __future__ import annotations

from datetime import datetime

import models
from resolvers.applications import corrections
from rules.people.access import IN_CHARGE
from schema.applications.assignments import WORKING_REFUSALS
from schema.context import Info
from schema.declarations import Input, Node, id_of, input, mutation, node, text, whole


@node(models.Correction)
class Correction(Node):
    """Why an application was sent back."""

    reason: str
    """What is to be corrected, in words for the customer."""
    asked_by: str
    """The name of who asks."""
    created_at: datetime
    """When it was sent back."""


@input
class ReturnApplicationInput(Input):
    """What is to be corrected."""

    application_id: int = id_of(models.Application)
    """One that waits for a decision."""
    reason: str = text(1, 500)
    """What is to be corrected; the customer reads it."""
    version: int = whole(1, 2**31 - 1)
    """The application's version as you saw it."""


@mutation(allow=IN_CHARGE, refusals=WORKING_REFUSALS)
async def return_application(info: Info, input: ReturnApplicationInput) -> models.Application:
    """Send an application back to the customer, who corrects it and submits it again."""
    return await corrections.return_application(info.context.viewer, **input.values())
