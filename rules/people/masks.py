"""What may be shown of a value that is not to be shown. A value too short for its mask shows nothing."""


def one_and_last(name: str) -> str:
    """Show the first and last character of a name: 张*三, 欧**娜; of two characters the first only: 李*."""
    if len(name) < 3:
        return (name[:1] if len(name) == 2 else "") + "*"
    return name[0] + "*" * (len(name) - 2) + name[-1]


def three_and_four(phone: str) -> str:
    """Show the first three and last four digits of a national number: 138****1234; at least four stay hidden."""
    national = phone.removeprefix("+86")
    if len(national) < 11:
        return "****"
    return f"{national[:3]}****{national[-4:]}"


def one_and_one(number: str) -> str:
    """Show the first and last character of an identity number: 1****************X."""
    if len(number) < 8:
        return "****"
    return number[0] + "*" * (len(number) - 2) + number[-1]


def six_and_four(card: str) -> str:
    """Show the first six and last four digits of a card: 622202******1234; nothing of a short account number."""
    if len(card) < 16:
        return "****"
    return f"{card[:6]}******{card[-4:]}"


def hidden(_: str) -> str:
    """Show only that there is something."""
    return "****"


def first_and_domain(address: str) -> str:
    """Show the first character and the domain of an e-mail address: a***@example.com; nothing of a very long one."""
    local, _, domain = address.rpartition("@")
    if not local or len(domain) > 50:
        return "****"
    return f"{local[0]}***@{domain}"
