"""The ceiling of memory: long requests are sent away with 503, short ones go on, and so does the server."""

from pathlib import Path

import pytest

from syncfile.memory import Ceiling, resident_bytes


class World:
    """A machine whose memory is what a test says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = 0.0
        (folder / "self").mkdir()
        self.set(resident=20, available=100)

    def set(self, *, resident: int, available: int) -> None:
        """Set what the process has and what the machine has left, MiB; a moment later it can be seen."""
        (self.folder / "self/statm").write_text(f"90000 {resident * 256} 100 1 0 5000 0\n")
        (self.folder / "meminfo").write_text(f"MemTotal: 500000 kB\nMemAvailable: {available * 1024} kB\n")
        self.now += 1

    def ceiling(self) -> Ceiling:
        return Ceiling(40, 8, lambda: self.now, str(self.folder))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_there_is_room_below_the_ceiling(world: World) -> None:
    assert world.ceiling().has_room(50)


def test_above_the_ceiling_one_at_a_time_goes_on(world: World, caplog: pytest.LogCaptureFixture) -> None:
    ceiling = world.ceiling()
    world.set(resident=41, available=100)
    assert [ceiling.has_room(running) for running in (0, 1, 5)] == [True, False, False]
    world.set(resident=39, available=100)
    assert ceiling.has_room(5)
    told = [record.getMessage() for record in caplog.records]
    assert [text.split("(")[0] for text in told] == [
        "memory is short: long requests are sent away ",
        "memory is enough again ",
    ]


def test_nothing_long_begins_while_the_machine_has_no_memory_left(world: World) -> None:
    ceiling = world.ceiling()
    world.set(resident=20, available=7)
    assert not ceiling.has_room(0)
    world.set(resident=20, available=8)
    assert ceiling.has_room(0)


def test_it_looks_once_a_second_at_most(world: World) -> None:
    ceiling = world.ceiling()
    assert ceiling.has_room(1)
    world.set(resident=41, available=1)
    world.now -= 0.1
    assert ceiling.has_room(1)
    world.now += 0.1
    assert not ceiling.has_room(1)


def test_a_kernel_that_does_not_tell_what_is_left_has_enough(world: World) -> None:
    ceiling = world.ceiling()
    (world.folder / "meminfo").write_text("MemTotal: 500000 kB\n")
    assert ceiling.has_room(0)


def test_resident_memory_is_the_kernels_own_figure() -> None:
    lines = Path("/proc/self/status").read_text().splitlines()
    kib = int(next(line.split()[1] for line in lines if line.startswith("VmRSS:")))
    assert abs(resident_bytes() - kib * 1024) < 4 << 20
