"""Who borrows together, and who answers for a loan: asked by the applicant, and each signing for himself."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rules.errors import Refused
from rules.people.access import CUSTOMERS, PartyRole
from rules.states import Move, StateMachine

MOST_PARTIES = 4
"""Beside the borrower: our own bound."""
MOST_INVITATIONS = 10
"""Of one application, whatever came of them: nobody's inbox is filled. Our own bound."""
INVITED_DAYS = 14
"""For how many days an invitation can be accepted."""
INVITABLE = (PartyRole.CO_BORROWER, PartyRole.GUARANTOR)


class InvitationStatus(StrEnum):
    """Where an invitation stands."""

    INVITED = "INVITED"
    """Waiting for whom it is addressed to."""
    ACCEPTED = "ACCEPTED"
    """He takes part, and signs for himself."""
    DECLINED = "DECLINED"
    """He does not want to."""
    CANCELLED = "CANCELLED"
    """The applicant took it back."""


INVITATION_MOVES = StateMachine(
    InvitationStatus.INVITED,
    (
        Move(InvitationStatus.INVITED, InvitationStatus.ACCEPTED, CUSTOMERS, "accept"),
        Move(InvitationStatus.INVITED, InvitationStatus.DECLINED, CUSTOMERS, "decline"),
        Move(InvitationStatus.INVITED, InvitationStatus.CANCELLED, CUSTOMERS, "take back"),
        Move(InvitationStatus.ACCEPTED, InvitationStatus.CANCELLED, CUSTOMERS, "do without him"),
    ),
)


@dataclass(eq=False)
class OwnParty(Refused):
    """You are the borrower: a co-borrower or guarantor is somebody else."""

    code = "OWN_PARTY"
    path = ("phone",)


@dataclass(eq=False)
class AlreadyInvited(Refused):
    """This phone is invited already. Take that back first to invite it as something else."""

    code = "ALREADY_INVITED"
    path = ("phone",)


@dataclass(eq=False)
class AlreadyDeclined(Refused):
    """He has said no, and is not asked again for this application. Ask somebody else."""

    code = "ALREADY_DECLINED"
    path = ("phone",)


@dataclass(eq=False)
class TooManyInvitations(Refused):
    """So many people were asked for this application that no more can be."""

    code = "TOO_MANY_INVITATIONS"
    maximum: int
    """How many can be asked."""


@dataclass(eq=False)
class TooManyParties(Refused):
    """No more people can take part in a loan."""

    code = "TOO_MANY_PARTIES"
    maximum: int
    """How many can, beside the borrower."""


@dataclass(eq=False)
class InvitationExpired(Refused):
    """The invitation was not answered in time. Ask to be invited again."""

    code = "INVITATION_EXPIRED"
    expired_on: date
    """The last day on which it could be accepted."""


@dataclass(eq=False)
class PartiesNotSigned(Refused):
    """Everybody who takes part signs first, then the borrower. Ask the others to sign."""

    code = "PARTIES_NOT_SIGNED"
    waiting: int
    """How many have not signed yet."""


def check_invitations(invited: int) -> None:
    """Let one more be written. Raises `TooManyInvitations`."""
    if invited >= MOST_INVITATIONS:
        raise TooManyInvitations(maximum=MOST_INVITATIONS)


def check_parties(invited: int) -> None:
    """Let one more be invited. Raises `TooManyParties`."""
    if invited >= MOST_PARTIES:
        raise TooManyParties(maximum=MOST_PARTIES)
