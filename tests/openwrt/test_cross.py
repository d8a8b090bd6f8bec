"""Roots of other processors, made of Debian's packages, and the C extensions compiled in them."""

import os
import re
import subprocess
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SYSROOT = ROOT / "tools" / "mksysroot.sh"
CROSS = ROOT / "tools" / "cross.sh"
MINUTES = 600  # seconds; most of it is downloads

ELF = b"\x7fELF"
ARM, AARCH64 = 40, 183  # e_machine, elf.h


@pytest.mark.compat
def test_root_of_another_architecture_has_programs_that_run(tmp_path: Path) -> None:
    root = tmp_path / "root"
    command = [str(SYSROOT), "armhf", str(root), "python3.11-minimal", "libpython3.11-stdlib"]
    subprocess.run(command, check=True, timeout=MINUTES)
    ran = subprocess.run(
        ["qemu-arm-static", "-L", str(root), str(root / "usr/bin/python3.11"), "-c", "import os; print(os.uname()[4])"],
        capture_output=True,
        text=True,
        check=True,
        timeout=MINUTES,
    )
    assert re.fullmatch(r"armv\dl\n", ran.stdout)
    links = [path for path in root.rglob("*") if path.is_symlink()]
    assert links
    assert [path for path in links if os.readlink(path).startswith("/")] == []


@pytest.mark.compat
def test_root_that_is_there_already_is_left_alone(tmp_path: Path) -> None:
    root = tmp_path / "root"
    command = [str(SYSROOT), "armhf", str(root), "libc6"]
    subprocess.run(command, check=True, timeout=MINUTES)
    (root / "mine").touch()
    subprocess.run(command, check=True, timeout=MINUTES)
    assert (root / "mine").exists()
    subprocess.run([*command, "zlib1g"], check=True, timeout=MINUTES)
    assert not (root / "mine").exists()  # other packages: it was made anew


@pytest.mark.parametrize(
    ("command", "variables", "says"),
    [([str(SYSROOT), "armhf"], {}, "usage: "), ([str(CROSS)], {"ARCH": "mips"}, "armv7 or aarch64, not mips")],
)
def test_what_makes_no_sense_is_said(command: list[str], variables: dict[str, str], says: str) -> None:
    ran = subprocess.run(command, env=os.environ | variables, capture_output=True, text=True, timeout=MINUTES)
    assert ran.returncode == 2
    assert says in ran.stderr


@pytest.mark.compat
@pytest.mark.slow
@pytest.mark.parametrize(("arch", "machine"), [("armv7", ARM), ("aarch64", AARCH64)])
def test_extensions_are_compiled_for_the_processor(arch: str, machine: int) -> None:
    subprocess.run([str(CROSS)], env=os.environ | {"ARCH": arch}, check=True, timeout=MINUTES)
    wheels = sorted((ROOT / "build" / "cross" / arch / "wheels").glob("*.whl"))
    assert [wheel.name.split("-")[0] for wheel in wheels] == ["cffi", "peewee"]
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            compiled = [archive.read(name) for name in archive.namelist() if name.endswith(".so")]
        assert compiled
        for data in compiled:
            assert data.startswith(ELF)
            assert int.from_bytes(data[18:20], "little") == machine
