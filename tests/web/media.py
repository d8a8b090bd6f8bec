"""Files that browsers show, made byte by byte: pictures, sounds, films and documents."""

import base64
import io
import struct
import wave
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

#: A picture compressed by WebP is one key frame of VP8 in a box, and a film may be made of nothing but key frames.
_WEBP = """(side) => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = side;
    canvas.getContext("2d").fillRect(0, 0, side / 2, side / 2);
    return canvas.toDataURL("image/webp", 0.5).split(",")[1];
}"""
_SIDE = 64
_DOCUMENT = b"""%PDF-1.4
1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj
2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj
3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] >> endobj
trailer << /Root 1 0 R >>
%%EOF
"""


def picture(width: int, height: int) -> bytes:
    """Return a red PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\xff\x30\x30" * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def sound(seconds: int) -> bytes:
    """Return silence as WAV."""
    out = io.BytesIO()
    with wave.open(out, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(44_100)
        writer.writeframes(bytes(2 * 44_100 * seconds))
    return out.getvalue()


def document() -> bytes:
    """Return a PDF of one empty page."""
    return _DOCUMENT


def film(page: "Page", seconds: int, bytes_a_second: int) -> bytes:
    """Return a WebM with a picture a second, as large as one likes."""
    webp = base64.b64decode(page.evaluate(_WEBP, _SIDE))
    begin = webp.index(b"VP8 ") + 8
    (length,) = struct.unpack("<I", webp[begin - 4 : begin])
    frame = webp[begin : begin + length]
    video = _element(0xE0, _number(0xB0, _SIDE) + _number(0xBA, _SIDE))
    track = _number(0xD7, 1) + _number(0x73C5, 1) + _number(0x83, 1) + _element(0x86, b"V_VP8") + video
    info = _number(0x2AD7B1, 1_000_000) + _element(0x4489, struct.pack(">d", seconds * 1000))
    head = _element(0x1549A966, info) + _element(0x1654AE6B, _element(0xAE, track))
    block = _element(0xA3, b"\x81\0\0\x80" + frame)
    padding = _element(0xEC, bytes(bytes_a_second))
    clusters = [_element(0x1F43B675, _number(0xE7, second * 1000) + block + padding) for second in range(seconds)]
    cues_bytes = len(_cues(clusters, 0))
    body = head + _cues(clusters, len(head) + cues_bytes) + b"".join(clusters)
    kind = _number(0x4286, 1) + _number(0x42F7, 1) + _element(0x4282, b"webm") + _number(0x4287, 2) + _number(0x4285, 2)
    return _element(0x1A45DFA3, kind) + _element(0x18538067, body)


def _cues(clusters: list[bytes], first: int) -> bytes:
    """Return where each second begins, counted from the beginning of the segment."""
    points, place = b"", first
    for second, cluster in enumerate(clusters):
        positions = _element(0xB7, _number(0xF7, 1) + _number(0xF1, place))
        points += _element(0xBB, _number(0xB3, second * 1000) + positions)
        place += len(cluster)
    return _element(0x1C53BB6B, points)


def _element(identifier: int, data: bytes) -> bytes:
    """Return an element of EBML (RFC 8794), its length in eight bytes."""
    return identifier.to_bytes((identifier.bit_length() + 7) // 8) + (1 << 56 | len(data)).to_bytes(8) + data


def _number(identifier: int, value: int) -> bytes:
    return _element(identifier, value.to_bytes(8))
