"""Small requests: how their rate holds with many connections, busy and idle ones."""

from functools import partial

from bench.cost import Cost, cost_of, interleaved, middle
from bench.load import connected
from bench.place import Place
from bench.process import allow_open_files
from bench.report import Check, at_least, print_table, shown
from bench.servers import start_ours

RATE_KEPT = 0.8

PING = "/v1/ping/"
IDLE = 3000
#: Busy connections, idle connections.
CELLS = [(1, 0), (8, 0), (8, IDLE), (100, 0)]
MOST_CONNECTIONS = "4000"


def measure(place: Place) -> list[Check]:
    """Print the figures of small requests and return their limits."""
    allow_open_files(IDLE + 1000)
    found = interleaved(place.rounds, {cell: partial(_ping, place, *cell) for cell in CELLS})
    rows = [[f"{busy:3}, {waiting}", *_figures(costs)] for (busy, waiting), costs in found.items()]
    print_table("Small requests: connections, idle ones beside", ["", "a second", "CPU ms each", "peak MB"], rows)
    rate = {cell: middle(costs, Cost.rate) for cell, costs in found.items()}
    return [
        at_least("requests: rate at 100 connections, to that at 8", rate[100, 0] / rate[8, 0], RATE_KEPT),
        at_least(f"requests: rate with {IDLE} idle connections, to none", rate[8, IDLE] / rate[8, 0], RATE_KEPT),
    ]


def _ping(place: Place, busy: int, waiting: int) -> Cost:
    flags = ("--max-connections", MOST_CONNECTIONS, "--connections-per-address", MOST_CONNECTIONS)
    with (
        place.fresh() as folder,
        start_ours(folder, folder / "data", *flags) as server,
        connected(server.port, PING, waiting),
        connected(server.port, PING, busy) as clients,
    ):
        return cost_of(server, lambda: clients.run(place.seconds))


def _figures(costs: list[Cost]) -> list[str]:
    return [
        shown(middle(costs, Cost.rate), 0),
        shown(middle(costs, Cost.cpu_ms_per_request), 3),
        shown(middle(costs, Cost.peak_mb), 1),
    ]
