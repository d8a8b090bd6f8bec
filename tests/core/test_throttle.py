"""Guessing is slowed down, and nobody pays for a stranger's guesses."""

import threading
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncfile.core import throttle as throttle_module
from syncfile.core.throttle import Throttle, client_address
from syncfile.errors import Busy, TooMany

HERE, THERE = "203.0.113.7", "203.0.113.8"


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def throttle(clock: Clock) -> Throttle:
    return Throttle(clock)


def guess(throttle: Throttle, address: str, name: str, *, right: bool = False) -> None:
    with throttle.check("account", address, name) as attempt:
        if right:
            attempt.succeeded()
        else:
            attempt.failed()


def guesses_allowed(throttle: Throttle, address: str, name: str, *, most: int = 100) -> int:
    """Guess wrong until refused; return how often it was not."""
    for count in range(most):
        try:
            guess(throttle, address, name)
        except TooMany:
            return count
    return most


def retry_after(throttle: Throttle, address: str, name: str) -> int:
    with pytest.raises(TooMany) as caught:
        guess(throttle, address, name)
    seconds = caught.value.facts["retry_after"]
    assert isinstance(seconds, int)
    return seconds


def test_twenty_wrong_tries_at_one_name_are_verified_and_no_more(throttle: Throttle) -> None:
    assert guesses_allowed(throttle, HERE, "ann") == 20


def test_sixty_wrong_tries_over_all_names_are_verified_and_no_more(throttle: Throttle) -> None:
    for number in range(60):
        guess(throttle, HERE, f"name {number}")
    assert retry_after(throttle, HERE, "another") == 600


def test_scopes_are_counted_apart(throttle: Throttle) -> None:
    guesses_allowed(throttle, HERE, "ann")
    with throttle.check("library", HERE, "ann") as attempt:
        attempt.failed()


def test_another_address_is_not_refused_for_it(throttle: Throttle) -> None:
    guesses_allowed(throttle, HERE, "ann")
    guess(throttle, THERE, "ann", right=True)
    assert retry_after(throttle, HERE, "ann") == 600


def test_a_right_password_is_refused_too_while_its_own_pair_is_blocked(throttle: Throttle) -> None:
    guesses_allowed(throttle, HERE, "ann")
    with pytest.raises(TooMany):
        guess(throttle, HERE, "ann", right=True)


def test_wrong_tries_are_forgotten_ten_minutes_later_one_by_one(throttle: Throttle, clock: Clock) -> None:
    guess(throttle, HERE, "ann")
    clock.now += 300
    for _ in range(18):
        guess(throttle, HERE, "ann")
    clock.now += 301
    assert guesses_allowed(throttle, HERE, "ann") == 2


def test_a_block_ends_and_each_next_one_is_twice_as_long_up_to_an_hour(throttle: Throttle, clock: Clock) -> None:
    blocks = []
    for _block in range(5):
        for _ in range(20):
            guess(throttle, HERE, "ann")
        blocks.append(retry_after(throttle, HERE, "ann"))
        clock.now += blocks[-1]
    assert blocks == [600, 1200, 2400, 3600, 3600]


def test_blocks_are_short_again_after_an_hour_of_peace(throttle: Throttle, clock: Clock) -> None:
    guesses_allowed(throttle, HERE, "ann")
    clock.now += 600 + 3601
    guesses_allowed(throttle, HERE, "ann")
    assert retry_after(throttle, HERE, "ann") == 600


def test_retry_after_counts_down_and_is_never_zero(throttle: Throttle, clock: Clock) -> None:
    guesses_allowed(throttle, HERE, "ann")
    clock.now += 599.5
    assert retry_after(throttle, HERE, "ann") == 1


def test_a_right_password_clears_its_pair(throttle: Throttle) -> None:
    for _ in range(19):
        guess(throttle, HERE, "ann")
    guess(throttle, HERE, "ann", right=True)
    assert guesses_allowed(throttle, HERE, "ann") == 20


def test_a_right_password_does_not_clear_the_address(throttle: Throttle) -> None:
    for number in range(59):
        guess(throttle, HERE, f"name {number}")
    guess(throttle, HERE, "mine", right=True)
    assert guesses_allowed(throttle, HERE, "ann") == 1


def test_right_passwords_count_for_nobody(throttle: Throttle) -> None:
    for number in range(200):
        guess(throttle, HERE, f"name {number % 3}", right=True)
    assert guesses_allowed(throttle, HERE, "ann") == 20


def test_a_try_that_found_no_verdict_counts_for_nobody(throttle: Throttle) -> None:
    for _ in range(30):
        with pytest.raises(Busy), throttle.check("account", HERE, "ann"):
            raise Busy("too busy", retry_after=1)
    assert guesses_allowed(throttle, HERE, "ann") == 20


def test_a_hundred_guesses_at_once_have_twenty_places(throttle: Throttle) -> None:
    start, verified, done = threading.Barrier(100), threading.Semaphore(0), threading.Event()

    def try_once(_: int) -> bool:
        start.wait(10)
        try:
            with throttle.check("account", HERE, "ann") as attempt:
                verified.release()
                done.wait(10)  # all of them are being verified at one time
                attempt.failed()
        except TooMany:
            return False
        return True

    with ThreadPoolExecutor(100) as pool:
        outcomes = pool.map(try_once, range(100))
        for _ in range(20):
            assert verified.acquire(timeout=10)
        assert not verified.acquire(timeout=0.1)
        done.set()
        assert sum(outcomes) == 20


def test_tries_under_way_fill_the_places_only_for_a_moment(throttle: Throttle) -> None:
    for _ in range(19):
        guess(throttle, HERE, "ann")
    with throttle.check("account", HERE, "ann") as attempt:
        assert retry_after(throttle, HERE, "ann") == 1
        attempt.succeeded()
    guess(throttle, HERE, "ann", right=True)


def test_an_ipv6_network_counts_as_one_address(throttle: Throttle) -> None:
    guesses_allowed(throttle, "2001:db8:1:2::1", "ann")
    assert retry_after(throttle, "2001:db8:1:2:ffff::9", "ann") == 600
    guess(throttle, "2001:db8:1:3::1", "ann")


def test_an_ipv4_address_in_ipv6_clothes_is_the_same_address(throttle: Throttle) -> None:
    guesses_allowed(throttle, HERE, "ann")
    assert retry_after(throttle, f"::ffff:{HERE}", "ann") == 600
    guess(throttle, f"::ffff:{THERE}", "ann")


def test_memory_is_bounded_and_the_oldest_scores_go_first(throttle: Throttle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle_module, "PAIRS_KEPT", 5)
    monkeypatch.setattr(throttle_module, "ADDRESSES_KEPT", 3)
    for number in range(50):
        guess(throttle, f"198.51.100.{number}", "ann")
    assert (len(throttle._pairs), len(throttle._addresses)) == (5, 3)
    assert guesses_allowed(throttle, "198.51.100.49", "ann") == 19
    assert guesses_allowed(throttle, "198.51.100.0", "ann") == 20


def test_right_passwords_leave_nothing_behind(throttle: Throttle) -> None:
    for number in range(50):
        guess(throttle, f"198.51.100.{number}", "x" * 10_000, right=True)
    assert (len(throttle._pairs), len(throttle._addresses)) == (0, 0)


@given(st.text(st.characters(codec=None), max_size=40), st.text(st.characters(codec=None), max_size=40))
def test_any_text_can_be_an_address_or_a_name(address: str, name: str) -> None:
    throttle = Throttle()
    guess(throttle, address, name)
    assert guesses_allowed(throttle, address, name) == 19


@given(st.ip_addresses(v=4))
def test_client_address_undoes_the_mapping_of_ipv4(address: object) -> None:
    assert client_address(f"::ffff:{address}") == client_address(str(address)) == ip_address(str(address))


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdef"), st.booleans(), st.floats(0, 400, allow_nan=False)),
        min_size=1,
        max_size=300,
    )
)
def test_no_ten_minutes_ever_hold_more_wrong_tries_than_allowed(events: list[tuple[str, bool, float]]) -> None:
    clock = Clock()
    throttle = Throttle(clock)
    by_name: dict[str, list[float]] = {}
    of_all: list[float] = []
    for name, right, pause in events:
        clock.now += pause / 10
        try:
            guess(throttle, HERE, name, right=right)
        except TooMany:
            continue
        if right:
            by_name.pop(name, None)
        else:
            by_name.setdefault(name, []).append(clock.now)
            of_all.append(clock.now)
        assert sum(then > clock.now - 600 for then in by_name.get(name, [])) <= 20
        assert sum(then > clock.now - 600 for then in of_all) <= 60


def test_what_an_address_does_too_often_is_refused_for_a_time(throttle: Throttle, clock: Clock) -> None:
    for _ in range(5):
        throttle.count("registration", HERE, 5)
    with pytest.raises(TooMany) as caught:
        throttle.count("registration", HERE, 5)
    assert caught.value.facts["retry_after"] == throttle_module.WINDOW_SECONDS
    throttle.count("registration", THERE, 5)
    guess(throttle, HERE, "ann")
    clock.now += throttle_module.WINDOW_SECONDS
    throttle.count("registration", HERE, 5)
