"""What `verify` looks for."""

from typing import NamedTuple


class Check(NamedTuple):
    """What is wrong where the statement finds a row; the row's columns are named in the sentence."""

    sentence: str
    sql: str
