import struct

from bench.wire import Counts, FrontendMessages


def message(kind, body=b""):
    return kind + struct.pack("!I", len(body) + 4) + body


STARTUP = message(b"", struct.pack("!I", 196_608) + b"user\0postgres\0\0")
SSL_REQUEST = message(b"", struct.pack("!I", 80_877_103))
PREPARED = message(b"P", b"one\0SELECT 1\0\0\0") + message(b"D", b"S\0") + message(b"S")
EXECUTED = message(b"B", b"\0one\0\0\0") + message(b"E", b"\0\0\0\0\0") + message(b"S")


def counts_of(sent, size):
    counts = Counts()
    messages = FrontendMessages(counts)
    for start in range(0, len(sent), size):
        messages.feed(sent[start : start + size])
    return counts


def test_what_is_executed_is_kept_by_its_text_and_what_is_only_prepared_is_not():
    sent = SSL_REQUEST + STARTUP + PREPARED + EXECUTED + EXECUTED + message(b"Q", b"UPDATE loan SET id = 1\0")
    for size in (1, 7, len(sent)):
        assert counts_of(sent, size) == Counts(statements=[b"SELECT 1", b"SELECT 1", b"UPDATE loan SET id = 1"])


def test_transactions_and_resets_are_counted_beside():
    sent = STARTUP + b"".join(
        message(b"Q", text)
        for text in (b"BEGIN;\0", b"COMMIT\0", b"SELECT pg_advisory_unlock_all();\nCLOSE ALL;\0", b"SELECT 1\0")
    )
    assert counts_of(sent, len(sent)) == Counts(statements=[b"SELECT 1"], beside=3)
