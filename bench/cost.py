"""What one measurement cost the server, and the middle of several."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

from bench.load import Load
from bench.process import Server

GB = 1e9

Cell = TypeVar("Cell")


@dataclass(frozen=True, slots=True)
class Cost:
    """One measurement of one fresh server process.

    Attributes:
        load: What the clients sent or got.
        cpu: Seconds the server computed meanwhile.
        peak: Most bytes of the server in memory since it started.
    """

    load: Load
    cpu: float
    peak: int

    def cpu_per_gb(self) -> float:
        return self.cpu / (self.load.bytes / GB)

    def gb_per_second(self) -> float:
        return self.load.bytes / GB / self.load.seconds

    def rate(self) -> float:
        return self.load.requests / self.load.seconds

    def cpu_ms_per_request(self) -> float:
        return self.cpu * 1000 / self.load.requests if self.load.requests else math.nan

    def peak_mb(self) -> float:
        return self.peak / 1e6


def cost_of(server: Server, run: Callable[[], Load]) -> Cost:
    """Run a load and return what it cost the server."""
    before = server.cpu()
    load = run()
    return Cost(load, server.cpu() - before, server.peak())


def middle(costs: Sequence[Cost], figure: Callable[[Cost], float]) -> float:
    """Return the median of one figure."""
    return median(figure(cost) for cost in costs)


def interleaved(rounds: int, cells: Mapping[Cell, Callable[[], Cost]]) -> dict[Cell, list[Cost]]:
    """Measure every cell once, then every cell again, so that what else the machine does hits all of them alike."""
    found: dict[Cell, list[Cost]] = {cell: [] for cell in cells}
    for _ in range(rounds):
        for cell, measure in cells.items():
            found[cell].append(measure())
    return found
