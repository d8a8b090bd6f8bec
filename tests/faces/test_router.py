import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncfile.faces.router import Router


@pytest.fixture
def router() -> Router[str]:
    router: Router[str] = Router()
    for method, rule in [
        ("GET", "/v1/repos/"),
        ("POST", "/v1/repos/"),
        ("POST", "/v1/repos/public/"),
        ("GET", "/v1/repos/<repo_id>/"),
        ("GET", "/v1/repos/<repo_id>/dirs/"),
        ("GET", "/files/<token>/<name:path>"),
        ("GET", "/"),
    ]:
        router.add(method, rule, f"{method} {rule}")
    return router


def test_plain_words_lead_to_every_method_of_a_path(router: Router[str]) -> None:
    assert router.find("/v1/repos") == {"GET": ("GET /v1/repos/", {}), "POST": ("POST /v1/repos/", {})}
    assert router.find("/") == {"GET": ("GET /", {})}


def test_parameter_takes_one_word_with_or_without_a_slash_at_the_end(router: Router[str]) -> None:
    for path in ("/v1/repos/abc", "/v1/repos/abc/"):
        assert router.find(path) == {"GET": ("GET /v1/repos/<repo_id>/", {"repo_id": "abc"})}


def test_plain_word_goes_before_a_parameter_but_does_not_hide_what_is_behind_it(router: Router[str]) -> None:
    assert set(router.find("/v1/repos/public")) == {"POST"}
    assert router.find("/v1/repos/public/dirs")["GET"][1] == {"repo_id": "public"}


def test_rest_of_a_path_may_hold_slashes_and_line_breaks(router: Router[str]) -> None:
    assert router.find("/files/t/a/b\nc")["GET"][1] == {"token": "t", "name": "a/b\nc"}


@pytest.mark.parametrize("path", ["/v1", "/v1/repos//dirs", "/v1/repos/a/b", "/files/t", "//", "/x" * 10_000])
def test_unknown_path_leads_nowhere(router: Router[str], path: str) -> None:
    assert router.find(path) == {} or path == "//"


def test_one_method_and_rule_cannot_lead_to_two_places(router: Router[str]) -> None:
    with pytest.raises(ValueError, match="twice"):
        router.add("GET", "/v1/repos", "other")


@given(st.text())
def test_any_path_can_be_asked_for(path: str) -> None:
    router: Router[str] = Router()
    router.add("GET", "/a/<b>/<c:path>", "x")
    router.find(path)
