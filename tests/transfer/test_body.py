"""The body readers over a socket pair: every way of cutting the same bytes into packets gives the same body."""

import os
import socket
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncfile.transfer.body import BadBody, BodyDisconnected, BodyStream, BodyTooLarge, ChunkedBody, LengthBody, Wire
from tests.transfer.client import chunked


class Sent:
    """A body reader and the client's end of its socket."""

    def __init__(self, packets: list[bytes]) -> None:
        self.client, ours = socket.socketpair()
        ours.setblocking(False)
        self.continues: list[None] = []
        self.wire = Wire(ours, 20.0, 0, lambda: self.continues.append(None))
        self._sender = threading.Thread(target=self._send, args=(packets,))
        self._sender.start()

    def _send(self, packets: list[bytes]) -> None:
        for packet in packets:
            self.client.sendall(packet)
        self.client.shutdown(socket.SHUT_WR)

    def finish(self, body: BodyStream) -> None:
        self._sender.join(20)
        self.client.close()
        body.close()


def cut(data: bytes, places: list[int]) -> list[bytes]:
    ends = sorted({place % (len(data) + 1) for place in places} | {len(data)})
    return [data[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def read_all(body: BodyStream, sizes: list[int]) -> bytes:
    """Read with the given sizes in turn until the end."""
    pieces: list[bytes] = []
    while True:
        for size in sizes:
            data = body.read(size)
            assert len(data) <= size
            if not data:
                assert body.finished
                return b"".join(pieces)
            pieces.append(data)


SIZES = st.lists(st.integers(1, 40), min_size=1, max_size=4)


@given(st.binary(max_size=200), st.binary(max_size=20), st.lists(st.integers(0, 300), max_size=5), SIZES)
def test_a_body_of_known_length_is_read_to_its_end_and_not_further(
    data: bytes, behind: bytes, places: list[int], sizes: list[int]
) -> None:
    early, *packets = cut(data + behind, places)
    sent = Sent(packets)
    body = LengthBody(sent.wire, early, len(data), 1000)
    try:
        if data:
            assert read_all(body, sizes) == data
            assert body.rest == early[len(data) :]
        assert body.read(1) == b""
    finally:
        sent.finish(body)


@given(
    st.lists(st.binary(min_size=1, max_size=60), max_size=6),
    st.binary(max_size=20),
    st.lists(st.integers(0, 400), max_size=6),
    SIZES,
)
def test_a_chunked_body_is_taken_apart_and_what_follows_is_kept(
    pieces: list[bytes], behind: bytes, places: list[int], sizes: list[int]
) -> None:
    early, *packets = cut(chunked(*pieces) + behind, places)
    sent = Sent(packets)
    body = ChunkedBody(sent.wire, early, 0)
    try:
        assert read_all(body, sizes) == b"".join(pieces)
        assert behind.startswith(body.rest)
        assert body.read(1) == b""
    finally:
        sent.finish(body)


def read_chunked(data: bytes, max_bytes: int = 0) -> bytes:
    sent = Sent([data])
    body = ChunkedBody(sent.wire, b"", max_bytes)
    try:
        return body.read()
    finally:
        sent.finish(body)


def test_extensions_and_trailers_are_read_over() -> None:
    assert read_chunked(b'5;a=b; c="d"\r\nhello\r\n00;x\r\nTrailer: 1\r\nOther: 2\r\n\r\n') == b"hello"


@pytest.mark.parametrize(
    "data",
    [
        b"5;" + b"x" * 5000 + b"\r\nhello\r\n0\r\n\r\n",
        b"x" * 5000,
        b"0\r\n" + b"T: 1\r\n" * 5000 + b"\r\n",
        b"0\r\nT: " + b"x" * 20_000,
        b"0\r\nT: 1\n\r\n",
        b"5;a\x00b\r\nhello\r\n0\r\n\r\n",
        b" 5\r\nhello\r\n0\r\n\r\n",
        b"5\r\nhello0\r\n\r\n",
        b"f" * 17 + b"\r\n",
    ],
)
def test_framing_without_end_or_sense_is_refused(data: bytes) -> None:
    with pytest.raises(BadBody):
        read_chunked(data)


def test_a_chunk_larger_than_the_limit_is_refused_before_it_arrives() -> None:
    with pytest.raises(BodyTooLarge):
        read_chunked(b"ffffffffffffffff\r\n", max_bytes=10)


def test_an_error_is_raised_again_by_the_next_read() -> None:
    sent = Sent([b"nonsense\r\n0\r\n\r\n"])
    body = ChunkedBody(sent.wire, b"", 0)
    for _ in range(2):
        with pytest.raises(BadBody):
            body.read(10)
    sent.finish(body)


@pytest.mark.parametrize("data", [b"", b"5\r\nhel", b"5\r\nhello\r\n", b"5\r\nhello\r\n0\r\n"])
def test_an_end_before_the_end_is_a_disconnect(data: bytes) -> None:
    with pytest.raises(BodyDisconnected):
        read_chunked(data)


def test_many_tiny_chunks_cost_a_copy_of_each_and_not_of_all() -> None:
    data = os.urandom(50_000)
    assert read_chunked(chunked(*(data[at : at + 1] for at in range(len(data))))) == data


def test_100_continue_is_asked_for_once_and_only_when_the_client_must_send() -> None:
    sent = Sent([b"later"])
    body = LengthBody(sent.wire, b"early", 10, 1000)
    assert body.read(5) == b"early"
    assert len(sent.continues) == 0
    assert body.read() == b"later"
    assert len(sent.continues) == 1
    sent.finish(body)


def test_a_read_takes_no_more_than_read_bytes_at_once() -> None:
    sent = Sent([bytes(1000)])
    body = LengthBody(sent.wire, b"", 1000, 100)
    assert len(body.read(1000)) <= 100
    assert body.readinto(bytearray(1000)) <= 100
    assert len(body.readall()) >= 800
    sent.finish(body)
