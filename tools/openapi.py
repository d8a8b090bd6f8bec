"""Writes the OpenAPI 3.1 description of the REST API from its routes and their typed parameters.

``python -m tools.openapi`` writes it; with ``--check`` it only tells whether the file is fresh.
"""

import argparse
import inspect
import json
import sys
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from syncfile import __version__
from syncfile.faces.http import Reply, Route
from syncfile.faces.params import Parameter
from syncfile.faces.v1.rest import face

TARGET = Path(__file__).parents[1] / "syncfile" / "faces" / "v1" / "openapi.json"

#: What a request that has a body takes from the query string all the same, as the document shows it.
_IN_QUERY = frozenset({"p", "t", "reloaddir", "recursive", "start", "limit"})
_PLAIN: dict[object, dict[str, object]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    NoneType: {"type": "null"},
    object: {},
    Any: {},
}
#: Any request may be refused for a reason of its own, or for one of these; 500 is a bug.
_FAILURES = ("4XX", "503", "507")


def describe() -> dict[str, Any]:
    """Return the description of every REST route."""
    schemas: dict[str, Any] = {
        "Error": {
            "type": "object",
            "required": ["error_msg", "error"],
            "properties": {
                "error_msg": {"type": "string", "description": "One sentence for people."},
                "error": {"type": "string", "description": "A stable word for programs."},
            },
        }
    }
    paths: dict[str, dict[str, Any]] = {}
    for route in face.routes:
        path = route.rule.replace("<", "{").replace(":path>", "}").replace(">", "}")
        paths.setdefault(path, {})[route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "SyncFile REST API", "version": __version__, "license": {"name": "Apache-2.0"}},
        "security": [{"token": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "responses": {"Failure": {"description": "What went wrong.", "content": _json(_reference("Error"))}},
            "securitySchemes": {
                "token": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": "`Token <40 hex characters>`, from `POST /v1/auth/`.",
                }
            },
        },
    }


def _operation(route: Route, schemas: dict[str, Any]) -> dict[str, Any]:
    takes_body = route.method in {"POST", "PUT", "PATCH"} and not route.stream
    in_body = [item for item in route.parameters if takes_body and not item.in_path and item.name not in _IN_QUERY]
    around = [item for item in route.parameters if item not in in_body]
    operation: dict[str, Any] = {
        "operationId": route.handler.__name__,
        "tags": [route.handler.__module__.rpartition("rest_")[2]],
        "summary": (inspect.getdoc(route.handler) or "").partition("\n")[0],
        "parameters": [_parameter(item) for item in around],
        "responses": {str(route.status): _success(route, schemas)},
    }
    if in_body:
        schema = {
            "type": "object",
            "properties": {item.name: _schema_of(item) for item in in_body},
            "required": [item.name for item in in_body if item.required],
        }
        content = {kind: {"schema": schema} for kind in ("application/json", "application/x-www-form-urlencoded")}
        operation["requestBody"] = {"required": bool(schema["required"]), "content": content}
    elif route.stream:
        operation["requestBody"] = {"content": {"application/octet-stream": {}, "multipart/form-data": {}}}
    if route.auth == "none":
        operation["security"] = []
    operation["responses"] |= {status: {"$ref": "#/components/responses/Failure"} for status in _FAILURES}
    return operation


def _parameter(item: Parameter) -> dict[str, Any]:
    return {
        "name": item.name,
        "in": "path" if item.in_path else "query",
        "required": item.in_path or item.required,
        "description": item.help,
        "schema": _schema_of(item),
    }


def _schema_of(item: Parameter) -> dict[str, Any]:
    if item.kind is list:
        return {"type": "array", "items": {"type": "string"}, "description": item.help}
    schema: dict[str, Any] = {**_PLAIN[item.kind], "description": item.help}
    if item.choices:
        schema["enum"] = list(item.choices)
    if item.kind is int:
        schema |= {"minimum": item.bounds.low, "maximum": item.bounds.high}
    if item.default is not None:
        schema["default"] = item.default
    return schema


def _success(route: Route, schemas: dict[str, Any]) -> dict[str, Any]:
    answer = get_type_hints(route.handler).get("return")
    if answer in {NoneType, None} or route.status == 204:
        return {"description": "Done."}
    if answer is Reply:
        return {"description": "As the request asks for.", "content": {"*/*": {}}}
    return {"description": "Done.", "content": _json(_schema(answer, schemas))}


def _schema(hint: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in {Annotated, NotRequired}:
        described = _schema(arguments[0], schemas)
        texts = [item for item in arguments[1:] if isinstance(item, str)]
        return {**described, "description": texts[0]} if texts else described
    if is_typeddict(hint):
        if hint.__name__ not in schemas:
            schemas[hint.__name__] = {}  # so that a type may hold itself
            schemas[hint.__name__] = _object(hint, schemas)
        return _reference(hint.__name__)
    if origin is list:
        return {"type": "array", "items": _schema(arguments[0], schemas)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(arguments[1], schemas)}
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in {Union, UnionType}:
        return {"anyOf": [_schema(item, schemas) for item in arguments if item is not Reply]}
    return dict(_PLAIN[hint])


def _object(hint: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    fields = get_type_hints(hint, include_extras=True)
    return {
        "type": "object",
        "required": sorted(hint.__required_keys__),
        "properties": {name: _schema(kind, schemas) for name, kind in fields.items()},
    }


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _reference(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def main() -> int:
    """Write or check the description; 1 tells that it is not fresh."""
    parser = argparse.ArgumentParser(description="Describe the REST API.")
    parser.add_argument("--check", action="store_true", help="write nothing, tell whether the file is fresh")
    arguments = parser.parse_args()
    text = json.dumps(describe(), indent=1, ensure_ascii=False) + "\n"
    if not arguments.check:
        TARGET.write_text(text, encoding="utf-8")
        return 0
    fresh = TARGET.exists() and TARGET.read_text(encoding="utf-8") == text
    if not fresh:
        print(f"{TARGET.name} is stale: run make openapi", file=sys.stderr)
    return 0 if fresh else 1


if __name__ == "__main__":
    sys.exit(main())
