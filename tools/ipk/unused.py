"""What nobody refers to in libraries that are brought along: drivers of other databases, say, are a quarter of peewee.

A class or function at the top of a module goes if its name appears nowhere in what stays, not as a name, not as an
attribute, not as a text. That errs on the side of keeping.
"""

import ast

_DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def drop_unused(library: ast.Module, used: set[str]) -> list[str]:
    """Take out of a module what it does not refer to itself and is not among the words used, and return its names."""
    kept = set(used)
    definitions = [node for node in library.body if isinstance(node, _DEFINITIONS)]
    for node in library.body:
        if not isinstance(node, _DEFINITIONS):
            kept |= words_of(node, texts=False)  # a list of what a module offers is no use of it
    waiting = definitions
    while more := [node for node in waiting if node.name in kept]:
        waiting = [node for node in waiting if node.name not in kept]
        for node in more:
            kept |= words_of(node)
    library.body = [node for node in library.body if node not in waiting]
    return [node.name for node in waiting]


def words_of(tree: ast.AST, *, texts: bool = True) -> set[str]:
    """Return all names, attributes and, if these are wanted, texts."""
    words = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            words.add(node.id)
        elif isinstance(node, ast.Attribute):
            words.add(node.attr)
        elif isinstance(node, ast.alias):
            words.update(node.name.split("."))
        elif texts and isinstance(node, ast.Constant) and isinstance(node.value, str):
            words.add(node.value)
    return words
