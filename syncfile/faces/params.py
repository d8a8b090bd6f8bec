"""What a handler's signature says of its parameters, and how they are taken from a call."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from syncfile.errors import BadRequest, NotFound
from syncfile.faces.call import Call

_BOOLS = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class Between:
    """The bounds of an integer, both included: ``Annotated[int, "Entries at most", Between(1, 1000)]``."""

    low: int
    high: int


_ANY_INTEGER = Between(-(2**63), 2**63 - 1)  # what a column of the database holds


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a route.

    Attributes:
        name: Of the handler's argument and on the wire.
        kind: ``str``, ``int``, ``bool`` or ``list`` (of ``str``).
        in_path: It stands in the route's rule.
        required: A call without it is refused.
        default: What the handler gets where it is missing.
        choices: The only values accepted, if there are any.
        bounds: Of an ``int``.
        help: One line for people.
    """

    name: str
    kind: type
    in_path: bool
    required: bool
    default: object = None
    choices: tuple[str, ...] = ()
    bounds: Between = _ANY_INTEGER
    help: str = ""


def parameters_of(handler: Callable[..., object], path_names: set[str]) -> tuple[Parameter, ...]:
    """Return the parameters of a handler, whose first argument is the call itself.

    Args:
        handler: Annotated in full; ``Annotated[type, "help", Between(...)]`` says more than the type does.
        path_names: The names that stand in the route's rule.

    Raises:
        TypeError: An annotation is none of those a parameter can have, or the rule names no argument.
    """
    hints = get_type_hints(handler, include_extras=True)
    arguments = list(inspect.signature(handler).parameters.values())[1:]
    if missing := path_names - {argument.name for argument in arguments}:
        raise TypeError(f"{handler.__qualname__} lacks the arguments {missing} of its rule")
    return tuple(_parameter(item, hints[item.name], item.name in path_names) for item in arguments)


def _parameter(argument: inspect.Parameter, hint: Any, in_path: bool) -> Parameter:
    help_text, bounds = "", _ANY_INTEGER
    if get_origin(hint) is Annotated:
        hint, *extras = get_args(hint)
        help_text = next((item for item in extras if isinstance(item, str)), "")
        bounds = next((item for item in extras if isinstance(item, Between)), bounds)
    if get_origin(hint) in (Union, UnionType):
        hint = next(item for item in get_args(hint) if item is not NoneType)
    choices = get_args(hint) if get_origin(hint) is Literal else ()
    kind = str if choices else get_origin(hint) or hint
    if kind not in _CONVERTERS:
        raise TypeError(f"a parameter cannot be {hint!r}")
    required = argument.default is argument.empty
    default = None if required else argument.default
    return Parameter(argument.name, kind, in_path, required, default, choices, bounds, help_text)


def bind(parameters: tuple[Parameter, ...], call: Call, path: Mapping[str, str], *, read_body: bool) -> dict[str, Any]:
    """Return the arguments for a handler, from the path, the query string or the body, in this order.

    Args:
        parameters: Of the route.
        call: The body is read only when a parameter is not in the query string.
        path: What the rule found in the path.
        read_body: False where the handler reads the body itself.

    Raises:
        BadRequest: A parameter is missing or malformed (``parameter=``).
        NotFound: A number in the path is none.
    """
    arguments: dict[str, Any] = {}
    for item in parameters:
        if item.in_path:
            arguments[item.name] = _from_path(item, path[item.name])
            continue
        values: list[Any] = call.query.get(item.name, [])
        if not values and read_body:
            values = call.fields.get(item.name, [])
        if values:
            arguments[item.name] = _convert(item, values)
        elif item.required:
            raise BadRequest(f"the parameter {item.name} is missing", parameter=item.name)
        else:
            arguments[item.name] = item.default
    return arguments


def _from_path(item: Parameter, text: str) -> object:
    try:
        return _convert(item, [text])
    except BadRequest:
        raise NotFound("there is nothing of that name") from None


def _convert(item: Parameter, values: list[Any]) -> object:
    try:
        return _CONVERTERS[item.kind](item, values)
    except ValueError as error:
        raise BadRequest(f"the parameter {item.name} {error}", parameter=item.name) from None


def _to_str(item: Parameter, values: list[Any]) -> str:
    value = values[0]
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)  # a name or password of digits that a client's JSON made a number of
    if not isinstance(value, str):
        raise ValueError("must be text")
    if item.choices and value not in item.choices:
        raise ValueError(f"must be one of {', '.join(item.choices)}")
    return value


def _to_int(item: Parameter, values: list[Any]) -> int:
    value = values[0]
    if isinstance(value, str) and len(value) <= 20 and value.removeprefix("-").isascii():
        value = int(value) if value.removeprefix("-").isdecimal() else None
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("must be a whole number")
    if not item.bounds.low <= value <= item.bounds.high:
        raise ValueError(f"must be between {item.bounds.low} and {item.bounds.high}")
    return value


def _to_bool(_item: Parameter, values: list[Any]) -> bool:
    value = _BOOLS.get(str(values[0]).lower())
    if value is None:
        raise ValueError("must be true or false")
    return value


def _to_list(item: Parameter, values: list[Any]) -> list[str]:
    """Take a JSON list, a repeated field, or one field whose text has commas."""
    if len(values) == 1:
        values = values[0] if isinstance(values[0], list) else _to_str(item, values).split(",")
    return [_to_str(item, [value]) for value in values]


_CONVERTERS: dict[type, Callable[[Parameter, list[Any]], object]] = {
    str: _to_str,
    int: _to_int,
    bool: _to_bool,
    list: _to_list,
}
