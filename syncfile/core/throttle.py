"""How often a stranger may guess a password, whatever it protects."""

import math
import threading
import time
from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from ipaddress import IPv4Address, IPv6Address, ip_address

from syncfile.errors import TooMany

WINDOW_SECONDS = 600
TRIES_PER_PAIR = 20
TRIES_PER_ADDRESS = 60
LONGEST_BLOCK_SECONDS = 3600
#: About 2 MB when every place is taken by somebody with 19 wrong tries.
PAIRS_KEPT = 4096
ADDRESSES_KEPT = 1024


@dataclass(slots=True, eq=False)
class _Score:
    """The wrong tries of one pair, or of one address over all names."""

    limit: int
    failures: "array[float]" = field(default_factory=lambda: array("d"))  # times, oldest first
    pending: int = 0  # tries whose outcome is not known yet
    blocked_until: float = 0.0
    blocks: int = 0

    def forget_old(self, now: float) -> None:
        while self.failures and self.failures[0] <= now - WINDOW_SECONDS:
            self.failures.pop(0)
        if self.blocks and now > self.blocked_until + LONGEST_BLOCK_SECONDS:
            self.blocks = 0

    def refuse_if_full(self, now: float) -> None:
        self.forget_old(now)
        if now < self.blocked_until:
            raise TooMany("too many tries", retry_after=math.ceil(self.blocked_until - now))
        if len(self.failures) + self.pending >= self.limit:
            raise TooMany("too many tries at once", retry_after=1)

    def add_failure(self, now: float) -> None:
        self.forget_old(now)
        self.failures.append(now)
        if len(self.failures) >= self.limit:
            self.blocked_until = now + min(WINDOW_SECONDS << self.blocks, LONGEST_BLOCK_SECONDS)
            self.blocks += 1
            del self.failures[:]

    def clear(self) -> None:
        del self.failures[:]
        self.blocked_until, self.blocks = 0.0, 0

    @property
    def is_blank(self) -> bool:
        return not (self.failures or self.pending or self.blocks)


@dataclass(slots=True, eq=False)
class Attempt:
    """One try under way. Left without a verdict (the server was busy, say), it counts for nobody."""

    _right: bool | None = None

    def succeeded(self) -> None:
        """The password was right: what this pair did wrong before is forgotten."""
        self._right = True

    def failed(self) -> None:
        """The password was wrong."""
        self._right = False


class Throttle:
    """Counts wrong tries per (address, name) and per address; right ones count for nobody.

    At most 20 wrong tries per pair and 60 per address within ten minutes; then none for ten minutes, and for twice
    as long (at most an hour) each time that it happens again. Tries from other addresses never matter, so that
    nobody can be locked out by a stranger. A try takes its place before the password is looked at: of a hundred
    guesses sent at once only twenty are ever verified. Memory is bounded; the longest unused scores go first.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._pairs: OrderedDict[bytes, _Score] = OrderedDict()
        self._addresses: OrderedDict[bytes, _Score] = OrderedDict()

    @contextmanager
    def check(self, scope: str, address: str, name: str) -> Iterator[Attempt]:
        """Hold a place for one try while its body verifies the password and gives the verdict.

        Args:
            scope: What the name is of: ``account``, ``library``, ``link``.
            address: The client's, as text; a whole IPv6 /64 counts as one.
            name: In the one form that all spellings of it share. Any length.

        Raises:
            TooMany: At the door, with ``retry_after`` seconds.
        """
        network = network_of(address)
        pair_key, address_key = _key(scope, network, name), _key(network)
        with self._lock:
            pair, host = self._reserve(pair_key, address_key)
        attempt = Attempt()
        try:
            yield attempt
        finally:
            with self._lock:
                self._settle(attempt, pair, host)
                _drop_blank(self._pairs, pair_key, pair)
                _drop_blank(self._addresses, address_key, host)

    def count(self, scope: str, address: str, most: int) -> None:
        """Count something that an address may do ``most`` times within ten minutes, right or wrong.

        Raises:
            TooMany: It has, with ``retry_after`` seconds.
        """
        key = _key(scope, network_of(address))
        with self._lock:
            score = self._pairs.get(key) or _Score(most)
            now = self._clock()
            score.refuse_if_full(now)
            score.add_failure(now)
            _keep(self._pairs, key, score, PAIRS_KEPT)

    def _reserve(self, pair_key: bytes, address_key: bytes) -> tuple[_Score, _Score]:
        now = self._clock()
        pair = self._pairs.get(pair_key) or _Score(TRIES_PER_PAIR)
        host = self._addresses.get(address_key) or _Score(TRIES_PER_ADDRESS)
        pair.refuse_if_full(now)
        host.refuse_if_full(now)
        pair.pending += 1
        host.pending += 1
        _keep(self._pairs, pair_key, pair, PAIRS_KEPT)
        _keep(self._addresses, address_key, host, ADDRESSES_KEPT)
        return pair, host

    def _settle(self, attempt: Attempt, pair: _Score, host: _Score) -> None:
        pair.pending -= 1
        host.pending -= 1
        if attempt._right:
            pair.clear()
        elif attempt._right is False:
            now = self._clock()
            pair.add_failure(now)
            host.add_failure(now)


def client_address(address: str) -> IPv4Address | IPv6Address | None:
    """Return a client's address, an IPv4 one also where it came in IPv6 clothes; None if it is no address."""
    try:
        ip = ip_address(address)
    except ValueError:
        return None
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
        return ip.ipv4_mapped
    return ip


def network_of(address: str) -> str:
    """Return what one person cannot change at will: an IPv4 address, or the upper half of an IPv6 one."""
    ip = client_address(address)
    if isinstance(ip, IPv6Address):
        return f"{int(ip) >> 64:016x}/64"
    return address if ip is None else str(ip)


def _key(*parts: str) -> bytes:
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _keep(scores: OrderedDict[bytes, _Score], key: bytes, score: _Score, most: int) -> None:
    scores[key] = score
    scores.move_to_end(key)
    while len(scores) > most:
        scores.popitem(last=False)


def _drop_blank(scores: OrderedDict[bytes, _Score], key: bytes, score: _Score) -> None:
    if score.is_blank and scores.get(key) is score:
        del scores[key]
