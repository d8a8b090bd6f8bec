"""Python of 32-bit processors, from Debian's packages, which are unpacked below ``build`` and installed nowhere."""

import subprocess
from pathlib import Path

from tests.daemon import ROOT
from tests.openwrt.packages import PYTHON_VERSION

MINUTES = 600  # seconds, if the packages are yet to be downloaded


def arm() -> list[str]:
    """Return the command that is Python of ARMv7, under QEMU."""
    root = _unpacked("armhf")
    return _checked(["qemu-arm-static", "-L", str(root), str(root / "usr/bin/python3")])


def x86() -> list[str]:
    """Return the command that is Python of 32-bit x86.

    Its objects are as large as on ARM, and it runs without an emulator: of a process under QEMU one would only learn
    how much memory QEMU needs.
    """
    root = _unpacked("i386")
    libraries = f"{root}/usr/lib/i386-linux-gnu"
    loader = [str(root / "lib/ld-linux.so.2"), "--library-path", f"{root}/lib/i386-linux-gnu:{libraries}"]
    # OpenSSL would look for its parts in this machine's folders.
    return _checked(["env", f"OPENSSL_MODULES={libraries}/ossl-modules", *loader, str(root / "usr/bin/python3")])


def _unpacked(architecture: str) -> Path:
    root = ROOT / "build/sysroot" / f"{architecture}-python"
    command = [str(ROOT / "tools/mksysroot.sh"), architecture, str(root), "python3", "python3-cryptography"]
    subprocess.run(command, check=True, timeout=MINUTES)
    return root


def _checked(python: list[str]) -> list[str]:
    """Return a command whose Python runs the bytecode of our packages."""
    ask = "import sys; print('%d.%d' % sys.version_info[:2], sys.maxsize)"
    told = subprocess.run([*python, "-c", ask], capture_output=True, text=True, check=True).stdout.split()
    assert told == [PYTHON_VERSION, str(2**31 - 1)], "these tests want the Python that this machine's Debian has"
    return python
