"""Writes the OpenAPI 3.1 description of the REST API from its routes and their typed parameters.

``python -m tools.openapi`` writes it; with ``--check`` it only tells whether the file is fresh.
"""

import argparse
import inspect
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from syncfile import __version__
from syncfile.faces.http import Reply, Route
from syncfile.faces.params import Parameter
from syncfile.faces.v1.face import SESSION_COOKIE
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
#: What a schema can say of texts that have rules of their own. Most rules count bytes of UTF-8, which it cannot.
_NOT_EMPTY: dict[str, object] = {"minLength": 1}
_RULES: dict[str, dict[str, object]] = {
    **dict.fromkeys(("username", "email", "group_name", "new_name", "newname", "q"), _NOT_EMPTY),
    "p": {"pattern": r"^(?!([^\x00]*/)?\.\.?(/|$))[^\x00]*$"},  # no "." and "..", which core.paths refuses
}


@dataclass(frozen=True)
class _Link:
    """What an answer leads to: its ``values`` are the parameters of those ``operations``."""

    values: dict[str, str]
    operations: tuple[str, ...]


_IN_REPO = {"repo_id": "$request.path.repo_id"}
_AT_PATH = _IN_REPO | {"p": "$request.query.p"}
_OF_LINK = _Link({"t": "$response.body#/token"}, ("delete_link",))
#: By the operation that answers.
_LINKS: dict[str, tuple[_Link, ...]] = {
    "create_account": (_Link({"id": "$response.body#/id"}, ("get_account", "update_account", "delete_account")),),
    "create_group": (
        _Link(
            {"id": "$response.body#/id"}, ("get_group", "update_group", "delete_group", "list_members", "add_member")
        ),
    ),
    "add_member": (
        _Link(
            {"id": "$request.path.id", "user_id": "$response.body#/id"},
            ("get_member", "appoint_member", "remove_member"),
        ),
    ),
    "create_repo": (
        _Link(
            {"repo_id": "$response.body#/id"},
            (
                "get_repo",
                "update_repo",
                "delete_repo",
                "change_repo",
                "list_dir",
                "make_dir",
                "make_file",
                "list_history",
            ),
        ),
        _Link(
            {"repo_id": "$response.body#/id", "p": "/"},
            ("link_dir", "link_uploads", "share_dir", "star", "link_for_uploads", "link_to_zip"),
        ),
    ),
    "make_dir": (_Link(_AT_PATH, ("list_dir", "delete_dir", "change_dir", "link_dir", "share_dir")),),
    "make_file": (_Link(_AT_PATH, ("get_file", "delete_file", "change_file", "link_to_file", "link_file")),),
    "list_history": (_Link(_IN_REPO | {"commit_id": "$response.body#/commits/0/id"}, ("get_changes",)),),
    "list_trash": (
        _Link(
            _IN_REPO | {"p": "$response.body#/items/0/path", "commit_id": "$response.body#/items/0/commit_id"},
            ("restore",),
        ),
    ),
    "star": (_Link({"repo_id": "$response.body#/repo_id", "p": "$response.body#/path"}, ("unstar",)),),
    "link_file": (_OF_LINK,),
    "link_dir": (_OF_LINK,),
    "link_uploads": (_OF_LINK,),
}


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
        "security": [{"token": []}, {"session": []}],
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
                },
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": SESSION_COOKIE,
                    "description": "Of a browser, from `POST /v1/session/`; changes something for our own pages only.",
                },
            },
        },
    }


def _operation(route: Route, schemas: dict[str, Any]) -> dict[str, Any]:
    in_body = _in_body(route)
    around = [item for item in route.parameters if item not in in_body]
    operation: dict[str, Any] = {
        "operationId": route.handler.__name__,
        "tags": [route.handler.__module__.rpartition("rest_")[2]],
        "summary": (inspect.getdoc(route.handler) or "").partition("\n")[0],
        "parameters": [_parameter(item) for item in around],
        "responses": _successes(route, schemas),
    }
    if in_body:
        required = [item.name for item in in_body if item.required]
        content = {
            kind: {
                "schema": {
                    "type": "object",
                    "properties": {item.name: schema_of(item) for item in in_body},
                    "required": required,
                }
            }
            for kind, schema_of in (("application/json", _json_of), ("application/x-www-form-urlencoded", _schema_of))
        }
        operation["requestBody"] = {"required": bool(required), "content": content}
    elif route.stream:
        operation["requestBody"] = {"content": {"application/octet-stream": {}, "multipart/form-data": {}}}
    if route.auth == "none":
        operation["security"] = []
    operation["responses"] |= {status: {"$ref": "#/components/responses/Failure"} for status in _FAILURES}
    return operation


def _in_body(route: Route) -> list[Parameter]:
    if route.method == "DELETE":  # a password must not stand in a URL, which proxies log
        return [item for item in route.parameters if item.name == "password"]
    if route.method not in {"POST", "PUT", "PATCH"} or route.stream:
        return []
    return [item for item in route.parameters if not item.in_path and item.name not in _IN_QUERY]


def _parameter(item: Parameter) -> dict[str, Any]:
    return {
        "name": item.name,
        "in": "path" if item.in_path else "query",
        "required": item.in_path or item.required,
        "description": item.help,
        "schema": _schema_of(item),
    }


def _schema_of(item: Parameter) -> dict[str, Any]:
    if item.kind is list:  # as JSON or repeated; or as text with commas
        return {"type": ["array", "string"], "items": {"type": "string"}, "description": item.help}
    schema: dict[str, Any] = {**_PLAIN[item.kind], "description": item.help}
    schema |= _RULES.get(item.name, {})
    if item.choices:
        schema["enum"] = list(item.choices)
    if item.kind is int:
        schema |= {"minimum": item.bounds.low, "maximum": item.bounds.high}
    if item.default is not None:
        schema["default"] = item.default
    return schema


def _json_of(item: Parameter) -> dict[str, Any]:
    """Say what JSON may hold beside that: a number where text is meant, and null for what may be left out."""
    schema = _schema_of(item)
    kinds = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    if item.kind in {str, list} and not item.choices:
        kinds.append("integer")
    if item.kind is list:
        schema["items"] = {"type": ["string", "integer"]}
    if not item.required:
        kinds.append("null")
        if item.choices:
            schema["enum"].append(None)
    return schema | {"type": kinds if len(kinds) > 1 else kinds[0]}


def _successes(route: Route, schemas: dict[str, Any]) -> dict[str, Any]:
    """Return the answers by status; a route that answers with nothing may do otherwise when it is asked to."""
    answers = {str(route.status): _success(route, schemas) | _links(route)}
    hint = get_type_hints(route.handler)["return"]
    shown = [item for item in get_args(hint) if item not in {NoneType, Reply}]
    if route.status == 204 and shown:
        answers["200"] = {"description": "Done.", "content": _json(_schema(shown[0], schemas))}
    return answers


def _links(route: Route) -> dict[str, Any]:
    found = {}
    for link in _LINKS.get(route.handler.__name__, ()):
        for operation in link.operations:
            target = next(item for item in face.routes if item.handler.__name__ == operation)
            body = {item.name: link.values[item.name] for item in _in_body(target) if item.name in link.values}
            around = {name: value for name, value in link.values.items() if name not in body}
            described: dict[str, Any] = {"operationId": operation, "parameters": around}
            found[operation] = described | ({"requestBody": body} if body else {})
    return {"links": found} if found else {}


def _success(route: Route, schemas: dict[str, Any]) -> dict[str, Any]:
    answer = get_type_hints(route.handler)["return"]
    if answer in {NoneType, None} or route.status == 204:
        return {"description": "Done."}
    if answer is Reply:
        return {"description": "As the request asks for.", "content": {"*/*": {}}}
    description = "Done; an empty body is what null stands for." if NoneType in get_args(answer) else "Done."
    content = _json(_schema(answer, schemas))
    if any("csv" in item.choices for item in route.parameters):
        content["text/csv"] = {"schema": {"type": "string"}}
    return {"description": description, "content": content}


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
