"""Parameters that many routes share."""

from typing import Annotated, TypeVar

from syncfile.core.paths import clean_path, join, split
from syncfile.errors import BadRequest
from syncfile.faces.http import Between

_Value = TypeVar("_Value")

Start = Annotated[int, "How many to leave out", Between(0, 10_000_000)]
Limit = Annotated[int, "How many at most", Between(1, 1000)]

Code = Annotated[str, "Where two-step sign-in is on: the code of the authenticator app, or a recovery code"]


def given(value: _Value | None, name: str) -> _Value:
    """Return a parameter that this action needs. Raises ``BadRequest`` where it is missing."""
    if value is None:
        raise BadRequest(f"the parameter {name} is missing", parameter=name)
    return value


def target_path(source: str, target: str) -> str:
    """Return where a copy or move goes: ``target`` if it is absolute, else that name beside ``source``.

    Raises:
        BadPath: One of them is no path.
    """
    if target.startswith("/"):
        return clean_path(target)
    return clean_path(join(split(clean_path(source))[0], target))
