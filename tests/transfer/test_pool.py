"""Threads and the line before them."""

import threading
from collections.abc import Iterator

import pytest

from syncfile.transfer.pool import Job, ThreadPool, TransferPool
from tests.transfer.conftest import wait_for


class Work:
    """A job that says when it runs and ends when it is told to."""

    def __init__(self, client: str | None = "a") -> None:
        self.client = client
        self.began = threading.Event()
        self.end = threading.Event()
        self.abandoned = threading.Event()

    def service(self) -> None:
        self.began.set()
        assert self.end.wait(20)

    def abandon(self) -> None:
        self.abandoned.set()


class Broken(Work):
    def service(self) -> None:
        raise SystemExit


@pytest.fixture
def pool() -> Iterator[TransferPool]:
    pool = TransferPool(most=3, most_per_client=2, max_waiting=3, max_waiting_per_client=2)
    yield pool
    pool.drop()
    assert pool.join(20) == 0


def test_threads_are_started_on_demand_and_used_again() -> None:
    pool: ThreadPool[Job] = ThreadPool("test", 5)
    threads = threading.active_count()
    for _ in range(5):
        work = Work()
        work.end.set()
        pool.add(work)
        assert work.began.wait(20)
        wait_for(lambda: pool._idle == 1)
    assert threading.active_count() == threads + 1
    pool.drop()
    assert pool.join(20) == 0


def test_a_job_that_fails_costs_no_thread(logs_errors: None) -> None:
    pool: ThreadPool[Job] = ThreadPool("test", 1)
    broken, work = Broken(), Work()
    work.end.set()
    pool.add(broken)
    pool.add(work)
    assert work.began.wait(20)
    assert broken.abandoned.is_set()
    pool.drop()
    assert pool.join(20) == 0


def test_where_no_more_threads_can_be_started_those_that_run_must_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    pool: ThreadPool[Job] = ThreadPool("test", 5)
    first, second = Work(), Work()
    pool.add(first)
    assert first.began.wait(20)
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        pool.add(second)
        with pytest.raises(RuntimeError):
            ThreadPool[Job]("other", 5).add(Work())
    first.end.set()
    second.end.set()
    assert second.began.wait(20)
    pool.drop()
    assert pool.join(20) == 0


def test_a_dropped_pool_begins_nothing() -> None:
    pool: ThreadPool[Job] = ThreadPool("test", 1)
    first, second, third = Work(), Work(), Work()
    pool.add(first)
    assert first.began.wait(20)
    pool.add(second)
    pool.drop()
    pool.add(third)
    assert pool.join(0) == 1
    first.end.set()
    assert pool.join(20) == 0
    assert not second.began.is_set()
    assert not third.began.is_set()


def test_one_client_gets_its_share_and_the_next_in_line_follows(pool: TransferPool) -> None:
    mine, other = [Work("a") for _ in range(4)], Work("b")
    assert all(pool.offer(work) for work in mine)
    assert pool.offer(other)
    assert all(work.began.wait(20) for work in (mine[0], mine[1], other))
    assert not mine[2].began.is_set()
    mine[0].end.set()
    assert mine[2].began.wait(20)
    assert not mine[3].began.is_set()
    for work in (*mine, other):
        work.end.set()
    assert mine[3].began.wait(20)


def test_the_line_is_bounded_for_each_client_and_for_all(pool: TransferPool) -> None:
    works = {client: [Work(client) for _ in range(5)] for client in "ab"}
    assert [pool.offer(work) for work in works["a"]] == [True, True, True, True, False]
    assert [pool.offer(work) for work in works["b"]] == [True, True, False, False, False]
    for work in (*works["a"], *works["b"]):
        work.end.set()


def test_a_trusted_client_uses_all_threads(pool: TransferPool) -> None:
    works = [Work(None) for _ in range(3)]
    assert all(pool.offer(work) for work in works)
    assert all(work.began.wait(20) for work in works)
    for work in works:
        work.end.set()


def test_who_leaves_the_line_is_not_served(pool: TransferPool) -> None:
    works = [Work() for _ in range(3)]
    assert all(pool.offer(work) for work in works)
    assert pool.withdraw(works[2])
    assert not pool.withdraw(works[2])
    assert works[0].began.wait(20)
    assert not pool.withdraw(works[0])
    for work in works:
        work.end.set()
    wait_for(lambda: pool._busy == 0)
    assert not works[2].began.is_set()
    pool.drop()
    assert not pool.offer(Work())
