"""What goes wrong on command: for one address or for everybody, some times or until told otherwise."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from zlib import crc32


@dataclass(slots=True)
class Fault:
    """One thing that goes wrong."""

    name: str
    times: int | None = None
    """How often; None is for ever."""
    retry_after: str | None = None
    delay_seconds: float = 0.0


@dataclass
class Faults:
    """All that is to go wrong."""

    by_address: dict[str, list[Fault]] = field(default_factory=lambda: defaultdict(list))
    for_all: list[Fault] = field(default_factory=list)
    one_in: int = 0
    """One address in so many answers 503 the first times; 0 is none. Which ones depends on the address alone."""
    one_in_times: int = 3
    _seen: Counter[str] = field(default_factory=Counter)

    def fail(
        self,
        name: str,
        address: str | None = None,
        *,
        times: int | None = None,
        retry_after: str | None = None,
        delay_seconds: float = 0.0,
    ) -> None:
        """Have an address fail, or everybody; several faults of one address come after one another."""
        faults = self.for_all if address is None else self.by_address[address]
        faults.append(Fault(name, times, retry_after, delay_seconds))

    def heal(self) -> None:
        """Nothing goes wrong any more."""
        self.by_address.clear()
        self.for_all.clear()
        self.one_in = 0

    def next(self, address: str) -> Fault | None:
        """Give what goes wrong this time."""
        for faults in (self.by_address.get(address, []), self.for_all):
            if faults:
                return _used(faults)
        if self.one_in and crc32(address.encode()) % self.one_in == 0 and self._seen[address] < self.one_in_times:
            self._seen[address] += 1
            return Fault("UNAVAILABLE")
        return None


def _used(faults: list[Fault]) -> Fault:
    fault = faults[0]
    if fault.times is not None:
        fault.times -= 1
        if fault.times <= 0:
            faults.pop(0)
    return fault
