"""Which of OpenWrt's packages a program needs: found by following its imports through the standard library.

``python -m tools.ipk.depends FOLDER OWN...`` is run by the Python whose library it is, and prints JSON.
"""

import ast
import json
import re
import subprocess
import sys
import sysconfig
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tools.ipk import splits
from tools.ipk.interpreter import Interpreter

_ROOT = Path(__file__).parents[2]


class UnknownModule(Exception):
    """The program imports what is neither its own nor in OpenWrt's feed."""


@dataclass
class Needs:
    """What was found.

    Attributes:
        reasons: By the package needed, one chain of imports that leads to it.
        reached: The files of the program that are imported.
    """

    reasons: dict[str, list[str]] = field(default_factory=dict)
    reached: set[Path] = field(default_factory=set)


def ask(program: Path, own: list[Path], target: Interpreter) -> Needs:
    """Return what a program needs of the target's library, whose syntax only that Python may know.

    Raises:
        subprocess.CalledProcessError: As for ``find``; the reason went to our standard error.
    """
    command = [target.path, "-m", "tools.ipk.depends", str(program), *map(str, own)]
    answer = subprocess.run(command, cwd=_ROOT, stdout=subprocess.PIPE, check=True).stdout
    reasons, reached = json.loads(answer)
    return Needs(reasons, {Path(name) for name in reached})


def find(program: Path, own: list[Path], library: Path) -> Needs:
    """Follow the imports of a program.

    Imports of its own code count wherever they are made, for they are made late on purpose. In code of others those
    inside functions are for functions that we do not call. What may fail without harm is not needed.

    Args:
        program: The folder on the path of imports.
        own: Files and folders of our code.
        library: The folder of the standard library.

    Raises:
        UnknownModule: Our own code imports what is nowhere.
    """
    needs = Needs()
    seen: set[str] = set()
    waiting: deque[tuple[str, list[str]]] = deque()
    for place in own:
        for source in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            needs.reached.add(source)
            package = ".".join(source.relative_to(program).parent.parts) if source.is_relative_to(program) else ""
            for name in iter_imports(ast.parse(source.read_text()), package, late=True):
                if _where(name, program, library) is None:
                    raise UnknownModule(f"{source} imports {name}")
                waiting.append((name, [source.name, name]))
    ours = frozenset(needs.reached)  # what these import is known now
    while waiting:
        name, chain = waiting.popleft()
        if name in seen:
            continue
        seen.add(name)
        if provider := splits.SPLIT.get(_root(name)) or splits.FEED.get(_root(name)):
            needs.reasons.setdefault(provider, chain)
        found = _where(name, program, library)
        if isinstance(found, Path) and found not in ours:
            if found.is_relative_to(program):
                needs.reached.add(found)
            inside = name if found.name == "__init__.py" else name.rpartition(".")[0]
            for other in iter_imports(ast.parse(found.read_text()), inside, late=False):
                waiting.append((other, [*chain, other]))
    needs.reasons.setdefault(splits.LIGHT, ["the language itself"])
    return needs


def iter_imports(tree: ast.AST, package: str, *, late: bool) -> Iterator[str]:
    """Yield the modules that a module cannot do without, and what calls of the library load.

    Args:
        package: That the module is in.
        late: Imports in functions count as well.
    """
    for node in _iter_nodes(tree, late):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _with_parents(alias.name)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield from _with_parents(module)
            for alias in node.names:
                yield f"{module}.{alias.name}"
                if (module, alias.name) in splits.LOADED_BY:
                    yield splits.LOADED_BY[module, alias.name]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            loaded = splits.LOADED_BY.get((node.value.id, node.attr))
            yield from [loaded] if loaded else []


def _iter_nodes(node: ast.AST, late: bool) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        yield child
        if isinstance(child, ast.If) and re.search(r"\bTYPE_CHECKING\b|\b__name__\b", ast.unparse(child.test)):
            for other in child.orelse:
                yield from _iter_nodes(other, late)
        elif _may_fail(child):
            continue
        elif late or not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from _iter_nodes(child, late)


def _may_fail(node: ast.AST) -> bool:
    """Tell whether what a block imports may be missing."""
    if isinstance(node, ast.Try):
        caught = [ast.unparse(handler.type) for handler in node.handlers if handler.type]
    elif isinstance(node, ast.With):
        caught = [ast.unparse(item.context_expr) for item in node.items]
    else:
        return False
    return any("ImportError" in text or "ModuleNotFoundError" in text for text in caught)


def _with_parents(name: str) -> Iterator[str]:
    words = name.split(".")
    for count in range(1, len(words) + 1):
        yield ".".join(words[:count])


def _root(name: str) -> str:
    return name.partition(".")[0]


def _where(name: str, program: Path, library: Path) -> Path | str | None:
    """Return a module's source, or where it is without one; None for what is no module.

    A name from a module counts as found: whether it is a module of its own shows only where the file is.
    """
    parts = name.split(".")
    for folder in (program, library):
        base = folder.joinpath(*parts)
        for file in (base.with_name(f"{base.name}.py"), base / "__init__.py"):
            if file.is_file():
                return file
    if len(parts) > 1:
        return "a name, or a module that is not written in Python" if _where(_root(name), program, library) else None
    return "the feed" if parts[0] in splits.FEED else _compiled(parts[0], library)


def _compiled(name: str, library: Path) -> str | None:
    is_compiled = name in sys.builtin_module_names or name in sys.stdlib_module_names
    return "the library" if is_compiled else None


def main(program: str, *own: str) -> None:
    """Print the reasons, by package, and the files that are reached."""
    needs = find(Path(program), [Path(place) for place in own], Path(sysconfig.get_path("stdlib")))
    json.dump([needs.reasons, sorted(map(str, needs.reached))], sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
