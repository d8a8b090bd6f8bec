"""Bytecode in place of source: OpenWrt's Python never writes any, so it would compile everything at each start.

Bytecode is most of the package, and half of it is for debuggers. Left out are what nobody uses of others' code (see
``unused``), docstrings, annotations that nobody asks for, the columns of expressions and the lines of statements: a
traceback names the file, the function and where that begins. The result depends on the sources and the interpreter
alone. ``python -m tools.ipk.bytecode ROOT FOLDER OWN...`` is run by the Python of the target.
"""

import ast
import marshal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.util import MAGIC_NUMBER, source_hash
from pathlib import Path
from types import CodeType

from tools.ipk.interpreter import Interpreter
from tools.ipk.unused import drop_unused, words_of

DATA = ("syncfile/store/rescue.py",)  # read as it is: for machines that have no more than Python
ANNOTATED = "/faces/"  # in the names of files whose functions are asked for their annotations: routes
UNCHECKED_HASH = (1).to_bytes(4, "little")  # neither times nor sources are looked at, see importlib

_HERE = Path(__file__).parents[2]
_MOST_UNITS = 8  # that one entry of the table of lines is for, see CPython's Objects/locations.md
_NO_COLUMNS = 0x80 | 13 << 3
_SAME_LINE = 0


def replace_sources(folder: Path, root: Path, target: Interpreter, own: Sequence[str] = ()) -> None:
    """Put a ``.pyc`` in the place of each ``.py`` below ``folder``, named as seen from ``root``.

    Args:
        own: The folders in it that are not of others, whose code loses what is not used.

    Raises:
        subprocess.CalledProcessError: The target cannot compile one.
    """
    command = [target.path, "-s", "-S", "-X", "no_debug_ranges", "-m", "tools.ipk.bytecode"]
    command += [str(root), str(folder), *own]
    environment = {"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run(command, cwd=_HERE, env=environment, check=True)


def compile_source(source: bytes, name: str) -> bytes:
    """Return what a ``.pyc`` of a source holds."""
    return _compile(ast.parse(source), source, name)


def _compile(tree: ast.Module, source: bytes, name: str) -> bytes:
    if ANNOTATED not in name:
        for node in ast.walk(tree):
            _drop_annotations(node)
    code = compile(tree, name, "exec", dont_inherit=True, optimize=2)
    return MAGIC_NUMBER + UNCHECKED_HASH + source_hash(source) + marshal.dumps(_without_lines(code))


def _drop_annotations(node: ast.AST) -> None:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        node.returns = None
    elif isinstance(node, ast.arg):
        node.annotation = None


def _without_lines(code: CodeType) -> CodeType:
    inner = (_without_lines(item) if isinstance(item, CodeType) else item for item in code.co_consts)
    return code.replace(co_linetable=bytes(_first_line(len(code.co_code) // 2)), co_consts=tuple(inner))


def _first_line(units: int) -> Iterator[int]:
    """Yield a table of lines that says of all units of code that they are of the function's first line."""
    for done in range(0, units, _MOST_UNITS):
        yield _NO_COLUMNS | min(units - done, _MOST_UNITS) - 1
        yield _SAME_LINE


def main(root: str, folder: str, *own: str) -> None:
    """Replace all sources of a folder."""
    files = [file for file in sorted(Path(folder).rglob("*.py")) if not file.as_posix().endswith(DATA)]
    trees = {file: ast.parse(file.read_bytes()) for file in files}
    words = {file: words_of(tree) for file, tree in trees.items()}
    for file, tree in trees.items():
        if own and file.relative_to(folder).parts[0] not in own:
            drop_unused(tree, {word for other, used in words.items() if other != file for word in used})
    for file, tree in trees.items():
        name = f"/{file.relative_to(root).as_posix()}"
        file.with_suffix(".pyc").write_bytes(_compile(tree, file.read_bytes(), name))
        file.unlink()


if __name__ == "__main__":
    main(*sys.argv[1:])
