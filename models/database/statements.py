"""Counting SQL statements, so that a test can promise how many a read takes."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from tortoise.log import db_client_logger


class _Collector(logging.Handler):
    def __init__(self, statements: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self.statements = statements

    def emit(self, record: logging.LogRecord) -> None:
        if record.msg == "%s: %s":  # How the engines log a statement with its values.
            assert isinstance(record.args, tuple)
            self.statements.append(str(record.args[0]))
        elif not record.args:  # A script.
            self.statements.append(record.msg)


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect the SQL statements that this process executes in the block, BEGIN and COMMIT left out."""
    collector = _Collector([])
    level, propagates = db_client_logger.level, db_client_logger.propagate
    db_client_logger.addHandler(collector)
    db_client_logger.setLevel(logging.DEBUG)
    db_client_logger.propagate = False  # Values of statements are nobody else's business.
    try:
        yield collector.statements
    finally:
        db_client_logger.removeHandler(collector)
        db_client_logger.setLevel(level)
        db_client_logger.propagate = propagates
