"""Whether the server is well, for monitors."""

from collections.abc import Iterable, Iterator
from hmac import compare_digest
from typing import TYPE_CHECKING, Literal, TypedDict

from syncfile.core import health
from syncfile.errors import NotAuthenticated, NotFound, StoreUnavailable
from syncfile.faces.http import Call, Reply, error_headers
from syncfile.faces.v1.face import face

if TYPE_CHECKING:
    from syncfile.core.metrics import Metric
    from syncfile.transfer.traffic import Figures, Traffic

#: Of Prometheus' text format, https://prometheus.io/docs/instrumenting/exposition_formats/
_TEXT = "text/plain; version=0.0.4; charset=utf-8"


class Health(TypedDict):
    """How the server is, in a word."""

    status: Literal["ok", "degraded", "unavailable"]


@face.route("GET", "/v1/health/", auth="none")
def get_health(call: Call) -> Health | Reply:
    """Tell how the server is: "degraded" serves, but an administrator should look; without its disk it answers 503."""
    try:
        problems = health.problems(call.core)
    except StoreUnavailable as error:
        return Reply({"status": "unavailable"}, 503, error_headers(error))
    return {"status": "degraded" if problems else "ok"}


@face.route("GET", "/metrics", auth="none")
def get_metrics(call: Call) -> Reply:
    """Tell figures for Prometheus to whoever shows ``metrics_token``; 404 where that is not set."""
    token = call.core.config.metrics_token
    if not token:
        raise NotFound("there is nothing at this path")
    scheme, _, shown = call.headers.get("Authorization").partition(" ")
    if scheme.lower() != "bearer" or not compare_digest(shown.strip().encode(), token.encode()):
        raise NotAuthenticated("the token for metrics is needed")
    from syncfile.core.metrics import metrics  # where nobody watches it need not be loaded

    traffic: Traffic = call.environ["syncfile.traffic"]
    text = "".join(_lines([*_of_traffic(traffic.figures()), *metrics(call.core)]))
    return Reply(text.encode(), headers={"Content-Type": _TEXT, "Cache-Control": "no-store"})


def _of_traffic(figures: "Figures") -> Iterator["Metric"]:
    from syncfile.core.metrics import Metric

    yield Metric("connections", "Open now.", "gauge", figures.connections)
    yield Metric("transfers_running", "Uploads and other long requests that run.", "gauge", figures.running)
    yield Metric("transfers_waiting", "Those that wait in line.", "gauge", figures.waiting)
    yield Metric("received_bytes_total", "From clients.", "counter", figures.received)
    yield Metric("sent_bytes_total", "To clients.", "counter", figures.sent)
    for digit in "12345":
        count = figures.answers.get(digit, 0)
        yield Metric("answers_total", "By class of their status.", "counter", count, ("class", f"{digit}xx"))


def _lines(items: Iterable["Metric"]) -> Iterator[str]:
    name = ""
    for item in items:
        if item.name != name:
            name = item.name
            yield f"# HELP syncfile_{name} {item.help}\n# TYPE syncfile_{name} {item.kind}\n"
        label = f'{{{item.label[0]}="{item.label[1]}"}}' if item.label else ""
        yield f"syncfile_{name}{label} {item.value}\n"
