"""The table of the morning."""

import os

from bench.fanout.measuring import ONE_IN, PER_SECOND, TIMES, FanOut, Used
from bench.report import Measured
from bench.table import markdown
from notifications.channels.pace import ramp_to


def told(measured: FanOut) -> Measured:
    """Put what was measured into a table, and into numbers for a program to read."""
    whole, sending = _rate(measured, *measured.parts.values()), _rate(measured, measured.parts["sending"])
    plain = measured.plain_messages / measured.plain.cpu_seconds
    calm, troubled = measured.parts["sending"].seconds, measured.troubled["sending"].seconds
    memory = max(used.memory_mib for used in measured.parts.values())
    asked = {name: 1_000 * used.statements / measured.counted_messages for name, used in measured.counted.items()}
    ours = asked["choosing"] + asked["sending"]
    per_second = {name: f"{measured.messages / used.seconds:,.0f}" for name, used in measured.parts.items()}
    firsts = measured.troubled["sending"].firsts_seconds
    rows = [
        ["messages a CPU second, from choosing to recording", f"{whole:,.0f}", f"{whole / plain:.1f} × the library"],
        [
            "messages a CPU second, claimed, sent and recorded",
            f"{sending:,.0f}",
            f"{sending / plain:.1f} × the library",
        ],
        [f"the library alone, on {measured.plain_messages:,} of them", f"{plain:,.0f}", "–"],
        [
            f"seconds where one in {ONE_IN} answers 503, {TIMES} times",
            f"{troubled:.1f}",
            f"{troubled / calm:.2f} × {calm:.1f}",
        ],
        ["of these, until each was tried once", f"{firsts:.1f}", f"all is {troubled / firsts:.2f} ×"],
        ["MiB at most", f"{memory:.0f}", "at most 250"],
        ["statements a thousand: chosen, claimed, recorded", f"{ours:.1f}", "at most 10"],
        ["statements a thousand: told", f"{asked['relaying']:.1f}", "–"],
        *([f"messages a second, {name}", rate, "–"] for name, rate in per_second.items()),
    ]
    text = "\n\n".join(["### Reminders", _about(measured), markdown(["of one worker", "measured", "against"], rows)])
    return Measured(
        text, {"fan out": _numbers(whole, sending, plain, troubled / calm, troubled / firsts, memory, asked)}
    )


def _numbers(
    whole: float, sending: float, plain: float, wall: float, waiting: float, memory: float, asked: dict[str, float]
) -> dict[str, object]:
    return {
        "whole_ratio": round(whole / plain, 2),
        "sending_ratio": round(sending / plain, 2),
        "wall_ratio": round(wall, 3),
        "waiting_ratio": round(waiting, 3),
        "memory_mib": round(memory, 1),
        "statements_a_thousand": {name: round(number, 2) for name, number in asked.items()},
    }


def _rate(measured: FanOut, *parts: Used) -> float:
    return measured.messages / sum(used.cpu_seconds for used in parts)


def _about(measured: FanOut) -> str:
    return (
        f"{measured.messages:,} reminders on PostgreSQL, of customers with one phone each, all of them taken once and recorded in each"
        f" run; at most {PER_SECOND:,} a second, without the slow beginning, with which they take"
        f" {_seconds_of_ramp(measured.messages):.0f} s at least; statements counted on {measured.counted_messages:,};"
        f" load {os.getloadavg()[1]:.1f}."
    )


def _seconds_of_ramp(messages: int) -> float:
    """Say how long so many take as workers send them, who begin slowly."""
    ramp, seconds, left = ramp_to(PER_SECOND), 0.0, float(messages)
    while left > 0:
        left -= ramp.rate_after(seconds) / 10
        seconds += 0.1
    return seconds
