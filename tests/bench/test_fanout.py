"""The morning of many reminders can be measured: on a tiny one everybody is told once, and the table says what it took."""

import pytest

from bench import keys
from bench.fanout.measuring import FanOut, Used, measure_fan_out
from bench.fanout.report import told
from bench.fanout.worker import PARTS
from tests import make
from tests.databases import ON_POSTGRES, SERVER


@pytest.mark.skipif(not ON_POSTGRES, reason="its customers are made by PostgreSQL")
async def test_a_tiny_morning_is_measured_and_everybody_gets_one_message(monkeypatch):
    for name, value in keys.environment().items():
        monkeypatch.setenv(name, value)
    found = await measure_fan_out(SERVER, 40, make.TODAY, lambda _: None)
    assert (found.messages, found.counted_messages, found.plain_messages) == (40, 40, 40)
    for run in (found.parts, found.troubled, found.counted):
        assert tuple(run) == PARTS
    assert all(used.statements > 0 for used in found.counted.values())
    assert not any(used.statements for used in found.parts.values())
    assert found.parts["sending"].cpu_seconds > 0
    assert found.plain.cpu_seconds > 0


def test_the_table_holds_the_worker_against_the_library():
    parts = {"choosing": Used(1.0, 1.0, 90.0), "relaying": Used(4.0, 3.0, 95.0), "sending": Used(10.0, 4.0, 120.0)}
    counted = {name: Used(1.0, 1.0, 90.0, statements) for name, statements in zip(PARTS, (3, 6, 5), strict=True)}
    troubled = parts | {"sending": Used(12.0, 4.0, 120.0, firsts_seconds=10.0)}
    measured = told(FanOut(8_000, parts, troubled, counted, 1_000, 500, Used(5.0, 2.0, 0.0)))
    rows = [[cell.strip() for cell in line.split("|")][1:-1] for line in measured.text.splitlines() if line[:1] == "|"]
    assert rows[2] == ["messages a CPU second, from choosing to recording", "1,000", "4.0 × the library"]
    assert rows[3][1:] == ["2,000", "8.0 × the library"]
    assert rows[4][1:] == ["250", "–"]
    assert rows[5][1:] == ["12.0", "1.20 × 10.0"]
    assert rows[6][1:] == ["10.0", "all is 1.20 ×"]
    assert rows[7][1:] == ["120", "at most 250"]
    assert rows[8][1:] == ["8.0", "at most 10"]
    assert measured.json == {
        "fan out": {
            "whole_ratio": 4.0,
            "sending_ratio": 8.0,
            "wall_ratio": 1.2,
            "waiting_ratio": 1.2,
            "memory_mib": 120.0,
            "statements_a_thousand": {"choosing": 3.0, "relaying": 6.0, "sending": 5.0},
        }
    }
