"""Documents of a loan, made when they are asked for; their contents lie encrypted outside the database."""

from typing import ClassVar

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import LoanOwned
from models.fields import NumberField, TextField
from rules.documents.papers import PaperStatus, PaperType
from rules.people.access import C1, PAYERS, PartyRole
from rules.people.kinds import Locale


class Paper(LoanOwned):
    """A document of a loan."""

    seen_by: ClassVar[frozenset[PartyRole]] = PAYERS

    type = fields.CharEnumField(PaperType, max_length=20)
    year: int | None = NumberField(tier=C1, null=True)
    """Of a certificate of interest."""
    locale = fields.CharEnumField(Locale, max_length=5)
    status = fields.CharEnumField(PaperStatus, max_length=6)
    file_key: str | None = TextField(32, tier=C1, null=True)  # type: ignore[assignment]
    """Under which name it is kept; null until it is there."""
    size: int | None = NumberField(tier=C1, null=True)
    """In bytes."""
    sha256: str | None = TextField(64, tier=C1, null=True)  # type: ignore[assignment]
    """Of its content, hexadecimal."""

    class Meta:
        table = "paper"
        constraints = (
            CheckConstraint(
                name="paper_ready",
                check='("status" = \'READY\') = ("file_key" IS NOT NULL)'
                ' AND ("file_key" IS NULL) = ("size" IS NULL) AND ("file_key" IS NULL) = ("sha256" IS NULL)',
            ),
            CheckConstraint(name="paper_year", check='("type" = \'INTEREST_CERTIFICATE\') = ("year" IS NOT NULL)'),
        )
        indexes = (("loan_id", "id"), ("customer_id", "id"), ("status", "id"))
