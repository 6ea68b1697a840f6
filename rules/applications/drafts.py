"""What a customer says of himself when he applies, part by part, and what is still missing."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from rules.errors import Refused


class Employment(StrEnum):
    """What a customer lives on."""

    EMPLOYED = "EMPLOYED"
    """Wages of a company."""
    PUBLIC_SERVICE = "PUBLIC_SERVICE"
    """Wages of the state, a school, a hospital."""
    SELF_EMPLOYED = "SELF_EMPLOYED"
    """A business of his own."""
    RETIRED = "RETIRED"
    """A pension."""
    NOT_WORKING = "NOT_WORKING"
    """None of these."""


class ApplicationPart(StrEnum):
    """A part of an application that is filled in by itself."""

    IDENTITY = "IDENTITY"
    """Name and identity number."""
    PURPOSE = "PURPOSE"
    """What the money is for."""
    INCOME = "INCOME"
    """What comes in each month."""
    COSTS = "COSTS"
    """What living costs each month, housing included."""
    DEBTS = "DEBTS"
    """What other debts take each month."""
    EMPLOYMENT = "EMPLOYMENT"
    """What he lives on, and since when."""
    PARTIES = "PARTIES"
    """The answer of everybody who was invited."""
    PAPERS = "PAPERS"
    """Papers that were asked for."""
    DISCLOSURE = "DISCLOSURE"
    """The whole cost, read and acknowledged."""


TERMS_KEPT_DAYS = 30
"""For so many days after a draft was begun it can be handed in on the terms of then, whatever is offered since."""


@dataclass(eq=False)
class TermsOver(Refused):
    """These terms are offered no more. Start a new application."""

    code = "TERMS_OVER"


@dataclass(eq=False)
class PartMissing(Refused):
    """Something that we need to decide is missing. The application's checklist names all that is."""

    code = "PART_MISSING"
    part: ApplicationPart
    """The first part that is missing."""


@dataclass(eq=False)
class EmployedSinceInvalid(Refused):
    """Nobody begins to work later than today, or before he was born."""

    code = "EMPLOYED_SINCE_INVALID"
    path = ("employedSince",)


@dataclass(frozen=True, kw_only=True)
class Stated:
    """What a customer has said so far; amounts a month, in the currency of what he asks for."""

    is_identified: bool
    has_purpose: bool
    income: Decimal | None
    costs: Decimal | None
    debts: Decimal | None
    employment: Employment | None
    employed_since: date | None
    all_answered: bool
    has_papers: bool
    has_acknowledged: bool


_ASKED = {ApplicationPart.INCOME, ApplicationPart.COSTS, ApplicationPart.DEBTS, ApplicationPart.EMPLOYMENT}
"""What is asked only where the policy looks at it."""
WORKING = frozenset({Employment.EMPLOYED, Employment.PUBLIC_SERVICE, Employment.SELF_EMPLOYED})
"""Those who say since when."""


def missing_parts(stated: Stated, needed: frozenset[ApplicationPart]) -> tuple[ApplicationPart, ...]:
    """Give what is missing before it can be handed in, in the order in which it is asked; `needed` is what the policy looks at."""
    works = stated.employment in WORKING
    there = {
        ApplicationPart.IDENTITY: stated.is_identified,
        ApplicationPart.PURPOSE: stated.has_purpose,
        ApplicationPart.INCOME: stated.income is not None,
        ApplicationPart.COSTS: stated.costs is not None,
        ApplicationPart.DEBTS: stated.debts is not None,
        ApplicationPart.EMPLOYMENT: stated.employment is not None and (stated.employed_since is not None or not works),
        ApplicationPart.PARTIES: stated.all_answered,
        ApplicationPart.PAPERS: stated.has_papers,
        ApplicationPart.DISCLOSURE: stated.has_acknowledged,
    }
    always = set(ApplicationPart) - _ASKED
    return tuple(part for part, is_there in there.items() if not is_there and part in needed | always)


def check_employed_since(since: date, birth_on: date | None, today: date) -> None:
    """Raise `EmployedSinceInvalid`."""
    if since > today or (birth_on is not None and since < birth_on):
        raise EmployedSinceInvalid
