"""What is written where there is no app: text messages and e-mails, as discreet as a lock screen."""

from hashlib import sha256

from notifications import words
from notifications.channels.interface import Outgoing
from notifications.events import MessageClass


def body_of(message: Outgoing) -> str:
    """Give the text of an e-mail; that of an offer ends with the way out."""
    if message.message_class is not MessageClass.PROMOTION or message.unsubscribe is None:
        return message.body
    way_out = words.say("message.opt_out", message.locale, url=message.unsubscribe)
    return f"{message.body}\n{way_out}"


def one_text(message: Outgoing) -> str:
    """Give the text of a text message: its title, and what an e-mail would say."""
    return f"{message.title}\n{body_of(message)}"


def fingerprint(message: Outgoing) -> str:
    """Stand for one message to one address: 32 letters and digits, the same in every repetition."""
    return sha256(f"{message.tag} {message.address.value}".encode()).hexdigest()[:32]
