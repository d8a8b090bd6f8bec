"""Finds the route of a path. Bottle's router would do, but importing it takes 4 MB of a router's memory."""

import re
from dataclasses import dataclass, field
from typing import Generic, TypeVar

_Target = TypeVar("_Target")
_PARAMETER = re.compile(r"<(\w+)(:path)?>")


@dataclass(slots=True)
class _Node(Generic[_Target]):
    """What may follow the same first words of a path."""

    words: "dict[str, _Node[_Target]]" = field(default_factory=dict)
    one: "_Node[_Target] | None" = None  # behind <name>, which is any one word
    rest: "_Node[_Target] | None" = None  # behind <name:path>, which is all that is left
    targets: dict[str, tuple[_Target, tuple[str, ...]]] = field(default_factory=dict)  # by method


class Router(Generic[_Target]):
    """Rules made of plain words, ``<name>`` for one word and ``<name:path>`` for the rest of the path."""

    def __init__(self) -> None:
        self._root: _Node[_Target] = _Node()

    def add(self, method: str, rule: str, target: _Target) -> None:
        """Let ``method`` and ``rule`` lead to ``target``; slashes at the end do not count.

        Raises:
            ValueError: They lead somewhere already.
        """
        node = self._root
        for word in _words(rule):
            parameter = _PARAMETER.fullmatch(word)
            if parameter is None:
                node = node.words.setdefault(word, _Node())
            elif parameter[2]:
                node.rest = node = node.rest or _Node()
            else:
                node.one = node = node.one or _Node()
        if method in node.targets:
            raise ValueError(f"{method} {rule} is there twice")
        node.targets[method] = target, tuple(match[1] for match in _PARAMETER.finditer(rule))

    def find(self, path: str) -> dict[str, tuple[_Target, dict[str, str]]]:
        """Return the target of each method that this path has, with the values of its parameters.

        A plain word goes before a parameter, and a parameter before the rest of a path.
        """
        found = _find(self._root, path.strip("/"))
        if found is None:
            return {}
        node, values = found
        return {
            method: (target, dict(zip(names, values, strict=True))) for method, (target, names) in node.targets.items()
        }


def _words(path: str) -> list[str]:
    path = path.strip("/")
    return path.split("/") if path else []


def _find(node: _Node[_Target], path: str) -> tuple[_Node[_Target], list[str]] | None:
    """Return the node that ``path`` leads to and the values on the way. Goes no deeper than the rules do."""
    if not path:
        return (node, []) if node.targets else None
    word, _, left = path.partition("/")
    if word in node.words:
        found = _find(node.words[word], left)
        if found is not None:
            return found
    if node.one is not None and word:
        found = _find(node.one, left)
        if found is not None:
            return found[0], [word, *found[1]]
    return (node.rest, [path]) if node.rest is not None else None
