"""What is left of Python modules and of the web page's files in the package."""

import ast
import json
import marshal
import shutil
import subprocess
import traceback
from pathlib import Path
from types import FunctionType, ModuleType

import pytest

from tests.openwrt.packages import Feed
from tools.ipk.bytecode import compile_source
from tools.ipk.minify import data, script
from tools.ipk.unused import drop_unused, words_of

ROOT = Path(__file__).parents[2]
HEADER_BYTES = 16

SOURCE = b'''"""A module."""

class Bad(Exception):
    """An error."""

def fail(reason: str, *, often: int = 1) -> None:
    """Fail."""
    for number in range(often):
        if number + 1 == often:
            raise Bad(reason)
'''


def load(source: bytes, name: str) -> ModuleType:
    """Return a module made of its bytecode."""
    module = ModuleType("made")
    exec(marshal.loads(compile_source(source, name)[HEADER_BYTES:]), module.__dict__)
    return module


def test_docstrings_and_annotations_are_left_out() -> None:
    module = load(SOURCE, "/usr/lib/x.py")
    fail: FunctionType = module.fail
    assert (module.__doc__, module.Bad.__doc__, fail.__doc__) == (None, None, None)
    assert fail.__annotations__ == {}
    assert fail.__kwdefaults__ == {"often": 1}


def test_what_nobody_refers_to_is_left_out_of_others_code() -> None:
    library = ast.parse(
        "__all__ = ['Unused']\nclass Parent: pass\nclass Used(Parent): pass\nclass Unused(Parent): pass\n"
        "def by_text(): pass\ndef by_attribute(): unseen\ndef unseen(): pass\nDEFAULT = chosen\ndef chosen(): pass\n"
        "class Alone:\n    def again(self): return Alone\n"
    )
    program = ast.parse("from library import Used\nx = getattr(y, 'by_text')\ny.by_attribute()")
    assert drop_unused(library, words_of(program)) == ["Unused", "Alone"]
    assert [node.name for node in library.body if hasattr(node, "name")] == [
        "Parent",
        "Used",
        "by_text",
        "by_attribute",
        "unseen",
        "chosen",
    ]


def test_annotations_of_routes_are_kept() -> None:
    assert load(SOURCE, "/usr/lib/faces/x.py").fail.__annotations__ == {"reason": str, "often": int, "return": None}


def test_traceback_names_the_file_and_the_beginning_of_the_function() -> None:
    module = load(SOURCE, "/usr/lib/x.py")
    with pytest.raises(module.Bad) as caught:
        module.fail("because", often=40)
    last = traceback.extract_tb(caught.tb)[-1]
    assert (last.filename, last.name, last.lineno) == ("/usr/lib/x.py", "fail", 6)


def test_functions_of_any_length_can_fail_anywhere() -> None:
    for statements in range(1, 40):
        source = "def fail():\n" + "    x = 1\n" * statements + "    raise ValueError(x)\n"
        with pytest.raises(ValueError, match="1") as caught:
            load(source.encode(), "/x.py").fail()
        assert traceback.extract_tb(caught.tb)[-1].lineno == 1


def test_scripts_lose_comments_with_lines_of_their_own_and_indentation() -> None:
    source = '/**\n * A module.\n * @type {x}\n */\nif (a) {\n    // why\n    b("// no comment"); // stays\n\n\n}\n'
    assert script(source) == 'if (a) {\nb("// no comment"); // stays\n}\n'


def test_style_sheets_lose_comments_and_indentation() -> None:
    assert script("/* colours */\na {\n    color: red; /* stays */\n}\n") == "a {\ncolor: red; /* stays */\n}\n"


@pytest.mark.parametrize("source", ["a = `one\n  // two\n`;\n", 'a = "one \\\n  two";\n', "a = `${b}` + `\n    c`;\n"])
def test_texts_of_several_lines_are_left_alone(source: str) -> None:
    assert script(source) == source


def test_templates_in_one_line_are_no_hindrance() -> None:
    assert script("  a = `${b}`;\n  c = `d`;\n") == "a = `${b}`;\nc = `d`;\n"


def test_json_means_the_same() -> None:
    assert data('{\n "a": [1, 2],\n "b": "状态"\n}\n') == '{"a":[1,2],"b":"状态"}\n'


def test_most_of_the_page_becomes_smaller_and_all_of_it_is_there(feed: Feed) -> None:
    static = ROOT / "syncfile" / "faces" / "web" / "static"
    prefix = "./usr/lib/syncfile/syncfile/faces/web/static/"
    packed = {
        member.name.removeprefix(prefix): content
        for member, content in feed.ipk("syncfile").members()
        if member.name.startswith(prefix) and member.isfile()
    }
    originals = {
        file.relative_to(static).as_posix(): file.stat().st_size for file in static.rglob("*") if file.is_file()
    }
    assert set(packed) == set(originals)
    assert sum(map(len, packed.values())) < 0.9 * sum(originals.values())


def test_description_of_the_api_is_the_same(feed: Feed) -> None:
    original = ROOT / "syncfile" / "faces" / "v1" / "openapi.json"
    (packed,) = (content for member, content in feed.ipk("syncfile").members() if member.name.endswith("/openapi.json"))
    assert json.loads(packed) == json.loads(original.read_bytes())


@pytest.mark.compat
def test_scripts_of_the_page_can_still_be_read(installed: Path, tmp_path: Path) -> None:
    node = shutil.which("node")
    assert node, "node comes with the tools that check the types of the page's modules"
    scripts = sorted((installed / "usr/lib/syncfile/syncfile/faces/web/static").rglob("*.js"))
    assert len(scripts) > 50
    for file in scripts:
        module = tmp_path / "module.mjs"
        shutil.copy(file, module)
        ended = subprocess.run([node, "--check", str(module)], capture_output=True, text=True, check=False)
        assert ended.returncode == 0, (file, ended.stderr)
