"""Names in lines of text."""

import os

import pytest

from syncfile.core.fsck_findings import Finding
from syncfile.core.texts import printable


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Fotos 2026 – Zürich/照片.jpg", "Fotos 2026 – Zürich/照片.jpg"),
        ("a\nclean", "a\\nclean"),
        ("\x1b[2Ja", "\\x1b[2Ja"),
        ("a\u202eb", "a\\u202eb"),
        (os.fsdecode(b"bad\xff"), "bad\\xff"),
        ("half\ud83d", "half\\ud83d"),
    ],
)
def test_a_name_can_neither_end_a_line_nor_move_the_cursor(name: str, shown: str) -> None:
    assert printable(name) == shown


def test_a_finding_is_one_line_whatever_the_path() -> None:
    finding = Finding("r", "/a\nclean", "file", "1" * 40, "its size is wrong")
    assert str(finding) == f"r /a\\nclean: file {'1' * 40}: its size is wrong"
