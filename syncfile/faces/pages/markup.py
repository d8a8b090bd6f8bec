"""HTML made of templates: whatever is filled in is text, unless it was made here."""

from collections.abc import Iterable
from html import escape


class Markup(str):
    """HTML that is as it should be."""

    __slots__ = ()


def markup(template: str, **values: "str | int | Iterable[Markup]") -> Markup:
    """Return a template with its ``{names}`` filled in: text escaped, markup as it is, several pieces in a row."""
    return Markup(template.format_map({name: _filled(value) for name, value in values.items()}))


def _filled(value: "str | int | Iterable[Markup]") -> str:
    if isinstance(value, Markup):
        return value
    if isinstance(value, (str, int)):
        return escape(str(value))
    return "".join(map(_filled, value))
