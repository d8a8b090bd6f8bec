"""The base of all faces: routes, parameters, errors and answers, over a real socket."""

import json
from typing import Any

import pytest

from syncfile.faces.call import MAX_BODY_BYTES, MAX_NESTING
from syncfile.faces.http import Face
from tests.conftest import Client
from tests.faces.sample import CONTENT, face

DEFAULTS = {"size": 5, "wanted": False, "order": "up", "targets": [], "note": None}


def echoed(**changes: object) -> dict[str, object]:
    return DEFAULTS | changes


@pytest.mark.parametrize("where", ["query", "form", "json"])
def test_parameters_come_from_query_form_or_json(sample: Client, where: str) -> None:
    answer = sample.post("/sample/echo/", **{where: {"name": "文件", "size": 7, "order": "down"}})
    assert (answer.status, answer.json) == (201, echoed(name="文件", size=7, order="down"))


def test_small_form_parts_are_parameters_too(sample: Client) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nann\r\n--x--\r\n'
    answer = sample.post("/sample/echo/", body=body, headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert answer.json == echoed(name="ann")


def test_query_string_wins_over_the_body(sample: Client) -> None:
    assert sample.post("/sample/echo/?name=a", json={"name": "b", "size": 9}).json == echoed(name="a", size=9)


def test_trailing_slash_makes_no_difference(sample: Client) -> None:
    assert sample.get("/sample/echo?name=a").json == sample.get("/sample/echo/?name=a").json == echoed(name="a")


@pytest.mark.parametrize(
    "parts",
    [
        {"query": {"targets": "a,b"}},
        {"query": {"targets": ["a", "b"]}},
        {"form": {"targets": "a,b"}},
        {"form": {"targets": ["a", "b"]}},
        {"json": {"targets": ["a", "b"]}},
        {"json": {"targets": "a,b"}},
    ],
)
def test_list_is_json_repeated_or_comma_separated(sample: Client, parts: dict[str, Any]) -> None:
    assert sample.post("/sample/echo/?name=x", **parts).json == echoed(name="x", targets=["a", "b"])


def test_json_list_of_numbers_and_names_with_commas_is_taken_as_it_is(sample: Client) -> None:
    answer = sample.post("/sample/echo/", json={"name": "x", "targets": [3, "a,b"]})
    assert answer.json == echoed(name="x", targets=["3", "a,b"])


@pytest.mark.parametrize(("text", "value"), [("true", True), ("1", True), ("False", False), ("0", False)])
def test_boolean_is_read_from_words_and_digits(sample: Client, text: str, value: bool) -> None:
    assert sample.get("/sample/echo/", query={"name": "x", "wanted": text}).json == echoed(name="x", wanted=value)


def test_boolean_and_null_are_read_from_json(sample: Client) -> None:
    answer = sample.post("/sample/echo/", json={"name": "x", "wanted": True, "note": None})
    assert answer.json == echoed(name="x", wanted=True)


@pytest.mark.parametrize(
    ("sent", "parameter"),
    [
        ({}, "name"),
        ({"name": ["x"]}, "name"),
        ({"name": True}, "name"),
        ({"name": "x", "size": "many"}, "size"),
        ({"name": "x", "size": 101}, "size"),
        ({"name": "x", "size": -1}, "size"),
        ({"name": "x", "size": "9" * 30}, "size"),
        ({"name": "x", "size": "٣"}, "size"),
        ({"name": "x", "size": 1.5}, "size"),
        ({"name": "x", "size": True}, "size"),
        ({"name": "x", "wanted": "perhaps"}, "wanted"),
        ({"name": "x", "order": "sideways"}, "order"),
        ({"name": "x", "targets": [{}]}, "targets"),
        ({"name": "x", "targets": {}}, "targets"),
    ],
)
def test_missing_or_malformed_parameter_is_400_and_named(
    sample: Client, sent: dict[str, object], parameter: str
) -> None:
    answer = sample.post("/sample/echo/", json=sent)
    assert (answer.status, answer.json["error"]) == (400, "bad_request")
    assert parameter in answer.json["error_msg"]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'{"name": NaN}',
        b'{"name": "\xff"}',
        b'{"name": "\\ud800"}',
        b'{"name": 1' + b"0" * 5000 + b"}",
        b'{"name": ' + b"[" * (MAX_NESTING + 1) + b"]" * (MAX_NESTING + 1) + b"}",
        b'{"name": ' + b"[" * 100_000,
        b'{"name": "' + b'\\"' * 100_000,
    ],
)
def test_bad_json_is_400(sample: Client, body: bytes) -> None:
    answer = sample.post("/sample/echo/", body=body, headers={"Content-Type": "application/json"})
    assert (answer.status, answer.json["error"]) == (400, "bad_request")


def test_brackets_inside_strings_are_no_nesting(sample: Client) -> None:
    name = '["' * (MAX_NESTING + 1)
    assert sample.post("/sample/echo/", json={"name": name}).json == echoed(name=name)


def test_json_may_be_nested_as_deep_as_the_limit(sample: Client) -> None:
    body = b'{"name": "x", "more": ' + b"[" * (MAX_NESTING - 1) + b"]" * (MAX_NESTING - 1) + b"}"
    answer = sample.post("/sample/echo/", body=body, headers={"Content-Type": "application/json"})
    assert answer.status == 201


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
def test_body_above_the_limit_is_413(sample: Client, kind: str) -> None:
    body = json.dumps({"name": "x" * MAX_BODY_BYTES}).encode()
    assert sample.post("/sample/echo/", body=body, headers={"Content-Type": kind}).status == 413


def test_form_that_is_not_utf8_is_400(sample: Client) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert sample.post("/sample/echo/", body=b"name=%FF", headers=headers).status == 400
    assert sample.get("/sample/echo/?name=%FF").status == 400
    assert sample.get("/sample/tree/%FF").status == 400


def test_too_many_fields_are_400(sample: Client) -> None:
    assert sample.post("/sample/echo/", form={"name": ["x"] * 1001}).status == 400


def test_encoded_body_is_415(sample: Client) -> None:
    answer = sample.post("/sample/echo/", json={"name": "x"}, headers={"Content-Encoding": "gzip"})
    assert (answer.status, answer.json["error"]) == (415, "bad_encoding")


def test_body_of_another_type_has_no_parameters(sample: Client) -> None:
    answer = sample.post("/sample/echo/", body=b"name=x", headers={"Content-Type": "text/plain"})
    assert answer.status == 400


def test_file_where_fields_are_expected_is_400(sample: Client) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="name"; filename="a"\r\n\r\nann\r\n--x--\r\n'
    answer = sample.post("/sample/echo/", body=body, headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert answer.status == 400


def test_route_asks_who_calls(sample: Client) -> None:
    refused = sample.get("/sample/items/3/")
    assert (refused.status, refused.json["error"]) == (401, "not_authenticated")
    assert refused.headers["www-authenticate"] == "Token"
    assert sample.with_token("right").get("/sample/items/3/").json == [3, "ann"]


def test_number_in_the_path_that_is_none_is_404(sample: Client) -> None:
    assert sample.with_token("right").get("/sample/items/abc/").status == 404


def test_none_is_an_empty_body_under_the_routes_status(sample: Client) -> None:
    answer = sample.delete("/sample/items/3")
    assert (answer.status, answer.body) == (204, b"")
    assert "content-length" not in answer.headers


def test_path_parameter_takes_slashes_and_line_breaks(sample: Client) -> None:
    assert sample.get("/sample/tree/a/b%0A").json == "a/b\n"


@pytest.mark.parametrize("path", ["/", "/nope", "/sample/nope", "/sample/items/1/2", "/sample"])
def test_unknown_path_is_404_in_json(sample: Client, path: str) -> None:
    answer = sample.get(path)
    assert (answer.status, answer.json["error"]) == (404, "not_found")


def test_wrong_method_is_405_with_those_that_are_right(sample: Client) -> None:
    answer = sample.put("/sample/echo/")
    assert (answer.status, answer.json["error"]) == (405, "wrong_method")
    assert answer.headers["allow"] == "GET, HEAD, POST"


def test_head_is_answered_like_get_without_the_body(sample: Client) -> None:
    got, headed = sample.get("/sample/echo/?name=x"), sample.head("/sample/echo/?name=x")
    assert (headed.status, headed.body) == (200, b"")
    assert headed.headers["content-length"] == got.headers["content-length"] == str(len(got.body))


def test_error_becomes_the_status_of_its_class(sample: Client) -> None:
    answer = sample.get("/sample/locked/")
    assert answer.status == 423
    assert answer.json == {"error_msg": "somebody else holds the lock", "error": "locked"}


def test_retry_after_is_told_in_its_header(sample: Client) -> None:
    answer = sample.get("/sample/slow-down/")
    assert (answer.status, answer.headers["retry-after"]) == (429, "7")


def test_missing_block_is_an_error_and_not_half_an_answer(sample: Client) -> None:
    answer = sample.get("/sample/damaged/")
    assert (answer.status, answer.json["error"]) == (500, "bytes_missing")


def test_json_is_neither_cached_nor_sniffed(sample: Client) -> None:
    headers = sample.get("/sample/echo/?name=x").headers
    assert (headers["cache-control"], headers["x-content-type-options"]) == ("no-store", "nosniff")


def test_chunks_are_streamed(sample: Client) -> None:
    answer = sample.get("/sample/stream/")
    assert (answer.headers["transfer-encoding"], answer.body) == ("chunked", b"one,two")


def test_error_before_the_first_chunk_is_still_answered(sample: Client) -> None:
    assert sample.get("/sample/stream/?fail=1").json["error"] == "bytes_missing"


def test_streamed_route_reads_the_body_itself(sample: Client) -> None:
    assert sample.put("/sample/raw/?name=big", body=bytes(300_000)).json == ["big", 300_000]
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert sample.put("/sample/raw/", body=b"name=x", headers=form).json == ["unnamed", 6]


def test_form_with_a_file_is_streamed(sample: Client) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n'
    body = head + CONTENT * 50 + b"\r\n--x--\r\n"
    answer = sample.post("/sample/form/", body=body, headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert answer.json == [["file", "a.bin", len(CONTENT) * 50]]


@pytest.mark.parametrize("host", ["evil.example/path", "a b", "user@host", "[::1", "h:99999999"])
def test_host_that_is_none_is_not_repeated_in_links(sample: Client, host: str) -> None:
    assert sample.get("/sample/whoami/", headers={"Host": host}).status == 400


@pytest.mark.parametrize("host", ["cloud.example:8000", "[::1]:8000", "192.168.1.1", "my_box"])
def test_links_begin_with_the_host_that_was_asked(sample: Client, host: str) -> None:
    assert sample.get("/sample/whoami/", headers={"Host": host}).json[2] == f"http://{host}"


def test_routes_can_be_listed_with_what_they_take() -> None:
    route = next(route for route in face.routes if (route.method, route.rule) == ("POST", "/sample/echo/"))
    size = next(item for item in route.parameters if item.name == "size")
    assert (route.status, route.auth) == (201, "none")
    assert (size.kind, size.help, size.required, size.default) == (int, "How large", False, 5)
    assert (size.bounds.low, size.bounds.high) == (0, 100)
    order = next(item for item in route.parameters if item.name == "order")
    assert order.choices == ("up", "down")


def test_handler_must_take_what_its_rule_names() -> None:
    def handler(call: object) -> None: ...

    with pytest.raises(TypeError, match="name"):
        Face(lambda call: call.actor).route("GET", "/x/<name>")(handler)


def test_parameter_of_an_unknown_type_is_refused_at_once() -> None:
    def handler(call: object, value: dict[str, str]) -> None: ...

    with pytest.raises(TypeError, match="dict"):
        Face(lambda call: call.actor).route("GET", "/x/")(handler)


def test_long_routes_are_known_by_method_and_path() -> None:
    assert face.is_long("GET", "/sample/tree/a/b")
    assert not face.is_long("GET", "/sample/echo/")
    assert not face.is_long("PUT", "/sample/tree/a")
