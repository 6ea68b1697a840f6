"""Partners, who hand rewards out."""

from __future__ import annotations

from datetime import datetime

import models
from resolvers.loyalty import partners
from rules.loyalty.partners import PartnerNameTaken
from rules.people.access import ADMINS, AUDITORS, MANAGERS, Role
from schema.context import Info
from schema.declarations import Connection, Input, Node, connection, id_of, input, mutation, node, root, text, value


@node(models.Partner)
class Partner(Node):
    """Somebody who hands rewards out, and tells us so at `POST /webhooks/partners/{id}`, signed."""

    name: str
    """What he is called."""
    created_at: datetime
    """When he was written down."""


@root
class PartnerRoot:
    partners: Connection[Partner] = connection(allow=MANAGERS | ADMINS | AUDITORS | {Role.MARKETER})
    """All partners, oldest first."""


@value(partners.PartnerMade)
class PartnerSecret:
    """A partner, and what he signs his words with."""

    partner: Partner
    """To whom it belongs."""
    secret: str
    """Give it to him by a safe way: it is shown this once."""


@input
class CreatePartnerInput(Input):
    """Who hands rewards out."""

    name: str = text(1, 100)
    """What he is called; no two have one name."""


@mutation(allow=MANAGERS | ADMINS, refusals=(PartnerNameTaken,))
async def create_partner(info: Info, input: CreatePartnerInput) -> partners.PartnerMade:
    """Write a partner down; gives what he signs his words with."""
    return await partners.create_partner(info.context.viewer, **input.values())


@input
class RenewPartnerSecretInput(Input):
    """Which partner."""

    partner_id: int = id_of(models.Partner)
    """One whose secret is lost, or known to others."""


@mutation(allow=MANAGERS | ADMINS)
async def renew_partner_secret(info: Info, input: RenewPartnerSecretInput) -> partners.PartnerMade:
    """Give a partner another secret: from now on the old one is worth nothing."""
    return await partners.renew_partner_secret(info.context.viewer, **input.values())
