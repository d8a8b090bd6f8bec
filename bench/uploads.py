"""One large upload, raw and as a form: ours against stock waitress."""

import time
from collections.abc import Callable
from functools import partial

from bench.cost import Cost, cost_of, interleaved, middle
from bench.legacy import checked, sign_in, upload_target
from bench.load import Load, LoadError, upload
from bench.place import Place
from bench.report import Check, at_most, print_table, shown
from bench.servers import start_ours, start_stock

CPU_TO_STOCK = 0.55

KINDS = {"raw": False, "form": True}


def measure(place: Place) -> list[Check]:
    """Print the figures of uploads and return their limits."""
    cells: dict[tuple[str, str], Callable[[], Cost]] = {}
    for kind, form in KINDS.items():
        cells[kind, "ours"] = partial(_ours, place, form)
        cells[kind, "stock"] = partial(_stock, place, form)
    cells["raw", "stock with SHA-1"] = partial(_stock, place, False, "/sha1")
    found = interleaved(place.rounds, cells)
    rows = [[f"{kind}, {server}", *_figures(costs)] for (kind, server), costs in found.items()]
    size = place.large.stat().st_size / 1e9
    print_table(f"Upload of {size:.2f} GB", ["", "seconds", "GB/s", "CPU s/GB", "peak MB"], rows)
    return [
        at_most(
            f"upload, {kind}: CPU per GB, to stock",
            middle(found[kind, "ours"], Cost.cpu_per_gb) / middle(found[kind, "stock"], Cost.cpu_per_gb),
            CPU_TO_STOCK,
        )
        for kind in KINDS
    ]


def _figures(costs: list[Cost]) -> list[str]:
    return [
        shown(middle(costs, lambda cost: cost.load.seconds), 2),
        shown(middle(costs, Cost.gb_per_second), 2),
        shown(middle(costs, Cost.cpu_per_gb), 2),
        shown(middle(costs, Cost.peak_mb), 1),
    ]


def _ours(place: Place, form: bool) -> Cost:
    with place.fresh() as folder, start_ours(folder, folder / "data") as server:
        target = upload_target(sign_in(server.port), "large")

        def run() -> Load:
            began = time.perf_counter()
            checked(upload(server.port, target, place.large, form=form))
            return _done(place, began)

        return cost_of(server, run)


def _stock(place: Place, form: bool, target: str = "/") -> Cost:
    with place.fresh() as folder, start_stock(folder, place.files) as server:

        def run() -> Load:
            began = time.perf_counter()
            stored = int(upload(server.port, target, place.large, form=form))
            if stored != place.large.stat().st_size:
                raise LoadError(f"stock has stored {stored} bytes")
            return _done(place, began)

        return cost_of(server, run)


def _done(place: Place, began: float) -> Load:
    return Load(1, place.large.stat().st_size, time.perf_counter() - began)
