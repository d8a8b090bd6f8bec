"""What has gone through a server since it began, for those who watch over it."""

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from syncfile.transfer.pool import TransferPool

if TYPE_CHECKING:
    from syncfile.transfer.channel import StreamChannel


@dataclass(frozen=True, slots=True)
class Figures:
    """The traffic up to now.

    Attributes:
        connections: Open now.
        running: Transfers that have a thread, as opposed to those that are ``waiting`` for one.
        received: Bytes from all clients, as they came off the sockets; with TLS they are counted unpacked.
        sent: Bytes to all clients.
        answers: By the first digit of their status.
    """

    connections: int
    running: int
    waiting: int
    received: int
    sent: int
    answers: Mapping[str, int]


class Traffic:
    """Counts. Each connection counts for itself, in whichever thread has it, and is added up when it is closed.

    Args:
        channels: Those that are open.
        transfers: Where long requests run.
    """

    def __init__(self, channels: Mapping[int, "StreamChannel"], transfers: TransferPool) -> None:
        self._channels = channels
        self._transfers = transfers
        self._received = self._sent = 0
        self._answers: Counter[str] = Counter()
        self._lock = threading.Lock()

    def count_channel(self, channel: "StreamChannel") -> None:
        """Add what a connection that is being closed has carried."""
        with self._lock:
            self._received += channel.received_bytes
            self._sent += channel.sent_bytes
            channel.received_bytes = channel.sent_bytes = 0  # it may be among the open ones for another moment

    def count_answer(self, status: str) -> None:
        """Add an answer that begins with ``status``."""
        with self._lock:
            self._answers[status[:1]] += 1

    def figures(self) -> Figures:
        """Return the traffic up to now."""
        open_now = list(self._channels.values())
        running, waiting = self._transfers.load
        with self._lock:
            return Figures(
                connections=len(open_now),
                running=running,
                waiting=waiting,
                received=self._received + sum(channel.received_bytes for channel in open_now),
                sent=self._sent + sum(channel.sent_bytes for channel in open_now),
                answers=dict(self._answers),
            )
