"""What may be done about a message that could not be told."""

from dataclasses import dataclass

from rules.errors import Refused


@dataclass(eq=False)
class BodyMalformed(Refused):
    """These fields do not make an event of this kind, for this customer. Put them right."""

    code = "BODY_MALFORMED"
    path = ("body",)


@dataclass(eq=False)
class LetterReplayed(Refused):
    """This was sent again already. If it failed again, there is a new one."""

    code = "LETTER_REPLAYED"
