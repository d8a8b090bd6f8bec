"""Catalogues as LuCI reads them."""

import struct

import pytest

from tools.ipk.lmo import BadCatalogue, compile_catalogue, super_fast_hash

HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'


def look_up(data: bytes, key: str) -> str | None:
    """Look a text up as LuCI does: by its hash in the index."""
    (start,) = struct.unpack(">I", data[-4:])
    index = list(struct.iter_unpack(">4I", data[start:-4]))
    assert [entry[0] for entry in index] == sorted(entry[0] for entry in index)
    for key_hash, _, offset, length in index:
        assert offset % 4 == 0
        if key_hash == (super_fast_hash(key.encode()) if key else 0):
            return data[offset : offset + length].decode()
    return None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", 0),
        ("a", 0x115EA782),
        ("ab", 0x516B8B44),
        ("abc", 0xD2BE198A),
        ("abcd", 0xDAD8B8DB),
        ("数据盘", 0x69C1024B),
        ("状态 é", 0xACE3DFF0),
    ],
)
def test_hash_is_super_fast_hash_seeded_with_the_length(text: str, value: int) -> None:
    assert super_fast_hash(text.encode()) == value


def test_texts_are_found_by_their_hash() -> None:
    source = HEAD + 'msgid "Status"\nmsgstr "状态"\n\nmsgid "Data disk"\nmsgstr "数据盘"\n'
    data = compile_catalogue(source)
    assert look_up(data, "Status") == "状态"
    assert look_up(data, "Data disk") == "数据盘"
    assert look_up(data, "Nothing") is None


def test_rule_for_plurals_is_there() -> None:
    assert look_up(compile_catalogue(HEAD), "") == "nplurals=1; plural=0;"


def test_plurals_and_contexts_are_part_of_the_key() -> None:
    source = 'msgid "%d file"\nmsgid_plural "%d files"\nmsgstr[0] "一"\nmsgstr[1] "多"\n\n'
    source += 'msgctxt "verb"\nmsgid "Open"\nmsgstr "打开"\n'
    data = compile_catalogue(source)
    assert look_up(data, "%d file\x020") == "一"
    assert look_up(data, "%d file\x021") == "多"
    assert look_up(data, "verb\x01Open") == "打开"
    assert look_up(data, "Open") is None


def test_long_texts_may_have_several_lines_and_quotes() -> None:
    source = '#: view/x.js:3\nmsgid ""\n"one "\n"\\"two\\""\nmsgstr "a"\n"b"\n'
    assert look_up(compile_catalogue(source), 'one "two"') == "ab"


def test_what_is_not_translated_is_left_out() -> None:
    assert compile_catalogue('msgid "Port"\nmsgstr ""\n\nmsgid "TLS"\nmsgstr "TLS"\n') == b""


@pytest.mark.parametrize("source", ["msgid Port\n", 'msgid "Port\nmsgstr ""\n', 'msgid "a\\nb"\nmsgstr "c"\n'])
def test_what_luci_could_not_find_is_refused(source: str) -> None:
    with pytest.raises(BadCatalogue):
        compile_catalogue(source)
