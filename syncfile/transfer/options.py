"""How the server listens and what it puts up with: every limit of the transfer path in one place."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Options:
    """Settings of one server. Times are seconds, sizes bytes, rates bytes per second.

    A limit on "one address" counts an IPv6 /64 as one address, and never applies to ``trusted_proxies``.
    """

    host: str = "127.0.0.1"  # "::" listens on IPv4 as well
    port: int = 0  # 0 takes a free one
    tls_cert: str | None = None  # PEM file with the chain; without one there is no TLS
    tls_key: str | None = None
    trusted_proxies: frozenset[str] = field(default_factory=frozenset)

    workers: int = 8  # threads for short requests, started on demand
    transfers: int = 8  # threads for streamed bodies and long answers, started on demand
    max_transfers_per_address: int = 4  # running at once; more wait in line without a thread
    max_waiting: int = 64  # transfers in line; beyond it 503
    max_waiting_per_address: int = 16

    max_connections: int = 1000  # lowered where the process may not open so many files
    max_connections_per_address: int = 200

    max_header_bytes: int = 64 * 1024
    max_body_bytes: int = 0  # 0 is no limit: files may be terabytes
    stream_above: int = 64 * 1024  # bodies up to this are collected by the loop, larger ones are read by the app
    read_bytes: int = 256 * 1024  # most that one read of a streamed body asks the kernel for
    sendfile_bytes: int = 1024 * 1024  # one download's share of a turn of the loop

    header_timeout: float = 20.0  # from the first byte to the end of the head; also a TLS handshake
    small_body_timeout: float = 30.0  # for all of a body that the loop collects
    body_timeout: float = 30.0  # without one byte of a streamed body
    min_upload_rate: int = 1024  # of a streamed body, over body_timeout of waiting for the client
    send_timeout: float = 60.0  # without the client taking one byte of an answer
    min_download_rate: int = 1024  # while an answer holds a thread, over send_timeout of waiting for the client
    idle_timeout: float = 120.0  # between two requests on one connection
    linger_timeout: float = 5.0  # discarding what a client still sends after an early answer
    stop_grace: float = 4.0  # for what is running when the server is stopped

    def __post_init__(self) -> None:
        if bool(self.tls_cert) != bool(self.tls_key):
            raise ValueError("a certificate needs a key, and a key a certificate")
