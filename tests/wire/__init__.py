import pytest

pytest.register_assert_rewrite("tests.wire.daemon", "tests.wire.people")
