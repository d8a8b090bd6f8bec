"""What the tests of Seafile's web API share."""

from tests.conftest import Answer


def assert_refused(answer: Answer, status: int) -> None:
    """Assert that a call was refused in the way that clients understand."""
    assert (answer.status, set(answer.json)) == (status, {"error_msg"}), answer.body


def assert_invalid_token(answer: Answer) -> None:
    """Assert that a call was refused for want of a token."""
    assert (answer.status, answer.json) == (401, {"detail": "Invalid token"})
