"""The index of a feed: what opkg reads to know which packages there are, and the signature that it checks."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tools.ipk import usign
from tools.ipk.archive import compress


@dataclass(frozen=True)
class Packed:
    """A package as a file, and its control file's text."""

    file: Path
    control: str


def write(folder: Path, packages: list[Packed], secret_key: str | None) -> None:
    """Write ``Packages`` and ``Packages.gz``, and with a key ``Packages.sig`` and the public key.

    Raises:
        usign.BadKey: The key is none.
    """
    index = "\n".join(_entry(package) for package in sorted(packages, key=lambda package: package.file.name)).encode()
    (folder / "Packages").write_bytes(index)
    (folder / "Packages.gz").write_bytes(compress(index))
    if secret_key is not None:
        (folder / "Packages.sig").write_text(usign.sign(secret_key, index))
        name, public = usign.public_of(secret_key)
        (folder / f"{name}.pub").write_text(public)


def _entry(package: Packed) -> str:
    data = package.file.read_bytes()
    where = f"Filename: {package.file.name}\nSize: {len(data)}\nSHA256sum: {sha256(data).hexdigest()}\n"
    return package.control.replace("Description: ", f"{where}Description: ", 1)
