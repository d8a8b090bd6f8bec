"""Files of three sizes to 1, 8 and 100 clients: ours against nginx and stock waitress' ``wsgi.file_wrapper``."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from bench.cost import Cost, cost_of, interleaved, middle
from bench.legacy import download_target, sign_in, store
from bench.load import connected
from bench.place import Place
from bench.process import Server
from bench.report import Check, at_most, print_table, shown
from bench.servers import find_nginx, start_nginx, start_ours, start_stock

CPU_TO_NGINX = 2.5
CPU_TO_STOCK = 0.4

FILES = ("large", "1m", "4k")
CLIENTS = (1, 8, 100)

#: File, clients, server.
Cell = tuple[str, int, str]


def measure(place: Place) -> list[Check]:
    """Print the figures of downloads and return their limits."""
    nginx = find_nginx()
    if nginx is None:
        print("\nnginx is not installed: downloads are compared with stock waitress alone")
    with place.fresh() as data:
        _fill(place, data)
        found = interleaved(place.rounds, _cells(place, data, nginx))
    rows = [[f"{file}, {clients:3}, {server}", *_figures(costs)] for (file, clients, server), costs in found.items()]
    print_table(
        "Downloads: file, clients, server", ["", "GB/s", "a second", "CPU s/GB", "CPU ms each", "peak MB"], rows
    )
    limits = {"stock": CPU_TO_STOCK} | ({"nginx": CPU_TO_NGINX} if nginx else {})
    return [_check(found, clients, other, limit) for clients in CLIENTS for other, limit in limits.items()]


def _fill(place: Place, data: Path) -> None:
    """Store the files in a data folder of ours."""
    with start_ours(place.folder, data) as server:
        authid = sign_in(server.port)
        for file in FILES:
            store(server.port, authid, place.files / file)


def _cells(place: Place, data: Path, nginx: str | None) -> dict[Cell, Callable[[], Cost]]:
    starts: dict[str, Callable[[], Server]] = {
        "ours": partial(start_ours, place.folder, data),
        "stock": partial(start_stock, place.folder, place.files),
    }
    if nginx:
        starts["nginx"] = partial(start_nginx, nginx, place.folder, place.files)
    return {
        (file, clients, name): partial(_download, place, start, name == "ours", file, clients)
        for file in FILES
        for clients in CLIENTS
        for name, start in starts.items()
    }


def _download(place: Place, start: Callable[[], Server], is_ours: bool, file: str, count: int) -> Cost:
    with start() as server:
        target = download_target(server.port, sign_in(server.port), file) if is_ours else f"/{file}"
        with connected(server.port, target, count) as clients:
            return cost_of(server, lambda: clients.run(place.seconds))


def _figures(costs: list[Cost]) -> list[str]:
    return [
        shown(middle(costs, Cost.gb_per_second), 2),
        shown(middle(costs, Cost.rate), 0),
        shown(middle(costs, Cost.cpu_per_gb), 2),
        shown(middle(costs, Cost.cpu_ms_per_request), 2),
        shown(middle(costs, Cost.peak_mb), 1),
    ]


def _check(found: Mapping[Cell, list[Cost]], clients: int, other: str, limit: float) -> Check:
    ours, theirs = (middle(found["large", clients, server], Cost.cpu_per_gb) for server in ("ours", other))
    return at_most(f"download, large, {clients} at once: CPU per GB, to {other}", ours / theirs, limit)
