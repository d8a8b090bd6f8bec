"""Installs packages into an empty root as opkg does, without running their scripts.

Below ``usr/lib/opkg`` it keeps, in ``status.d``, each package with the hashes of its configuration files as they were
installed (opkg has one file for all), and in ``info`` its list of files and what was in its control archive.
"""

import gzip
import io
import os
import re
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

KEPT = "-opkg"  # ends the name of a new configuration file where the old one was changed by hand

_BOUND = re.compile(r"(\S+)(?: \((<|<=|=|>=|>)(\S+)\))?")


class Refused(Exception):
    """opkg would not install this."""


@dataclass(frozen=True)
class Ipk:
    """A package, unpacked in memory.

    Attributes:
        order: The names of its parts.
        control: The members of its control archive, by name.
        data: Its files as a tar.
    """

    order: list[str]
    control: dict[str, bytes]
    data: bytes

    @classmethod
    def read(cls, file: Path) -> "Ipk":
        with tarfile.open(fileobj=io.BytesIO(gzip.decompress(file.read_bytes()))) as outer:
            parts = {member.name: outer.extractfile(member) for member in outer}
            content = {name: part.read() for name, part in parts.items() if part is not None}
        with tarfile.open(fileobj=io.BytesIO(gzip.decompress(content["./control.tar.gz"]))) as inner:
            control = {member.name.removeprefix("./"): inner.extractfile(member) for member in inner if member.isfile()}
            members = {name: part.read() for name, part in control.items() if part is not None}
        return cls(list(parts), members, gzip.decompress(content["./data.tar.gz"]))

    @property
    def fields(self) -> dict[str, str]:
        """The control file, without the further lines of the description."""
        lines = [line for line in self.control["control"].decode().splitlines() if not line.startswith(" ")]
        return dict(line.split(": ", 1) for line in lines)

    @property
    def conffiles(self) -> list[str]:
        """Absolute paths."""
        return self.control.get("conffiles", b"").decode().split()

    def members(self) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
        """Yield each member of the data archive with what is in it."""
        with tarfile.open(fileobj=io.BytesIO(self.data)) as archive:
            for member in archive:
                part = archive.extractfile(member) if member.isfile() else None
                yield member, part.read() if part else b""


@dataclass
class Opkg:
    """A root and the packages in it.

    Attributes:
        present: The versions of packages that count as installed, by name.
    """

    root: Path
    present: Mapping[str, str] = field(default_factory=dict)

    def install(self, file: Path) -> None:
        """Install a package, or put it in place of the version that is there.

        Raises:
            Refused: It is for another architecture, or something that it depends on is missing.
        """
        ipk = Ipk.read(file)
        name = ipk.fields["Package"]
        self._check(ipk)
        before = self._files(name)
        edited = {path: self._at(path).read_bytes() for path in ipk.conffiles if self._is_edited(name, path)}
        with tarfile.open(fileobj=io.BytesIO(ipk.data)) as archive:
            archive.extractall(self.root, filter="tar", numeric_owner=True)
        hashes = {path: sha256(self._at(path).read_bytes()).hexdigest() for path in ipk.conffiles}
        for path, text in edited.items():
            if sha256(text).hexdigest() != hashes[path]:
                self._at(path).rename(self._at(path + KEPT))
                self._at(path).write_bytes(text)
        files = [member.name.removeprefix(".") for member, _ in ipk.members() if not member.isdir()]
        for path in set(before) - set(files):
            self._at(path).unlink(missing_ok=True)
        self._write_info(name, ipk, files, hashes)

    def remove(self, name: str) -> None:
        """Remove a package; what was edited stays, and so do folders in which something is left."""
        for path in self._files(name):
            if not self._is_edited(name, path):
                self._at(path).unlink(missing_ok=True)
        for path in sorted(self._files(name), reverse=True):
            for folder in self._at(path).parents:
                if folder == self.root or (folder.exists() and any(folder.iterdir())):
                    break
                if folder.exists():
                    folder.rmdir()
        for file in self._info.glob(f"{name}.*"):
            file.unlink()
        self._status(name).unlink()

    def version(self, name: str) -> str | None:
        """Return the version of a package, None if it is not installed."""
        status = self._status(name)
        return re.findall(r"^Version: (.*)$", status.read_text(), re.MULTILINE)[0] if status.exists() else None

    @property
    def _info(self) -> Path:
        return self.root / "usr/lib/opkg/info"

    def _status(self, name: str) -> Path:
        return self.root / "usr/lib/opkg/status.d" / name

    def _at(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def _files(self, name: str) -> list[str]:
        file = self._info / f"{name}.list"
        return file.read_text().splitlines() if file.exists() else []

    def _is_edited(self, name: str, path: str) -> bool:
        """Tell whether a configuration file is there and is another than the one installed, if any was."""
        status = self._status(name)
        hashes = dict(re.findall(r"^ (/\S+) (\w+)$", status.read_text(), re.MULTILINE)) if status.exists() else {}
        if status.exists() and path not in hashes:
            return False
        file = self._at(path)
        return file.exists() and sha256(file.read_bytes()).hexdigest() != hashes.get(path)

    def _check(self, ipk: Ipk) -> None:
        if ipk.order != ["./debian-binary", "./data.tar.gz", "./control.tar.gz"]:
            raise Refused("this is no package")
        if ipk.fields["Architecture"] != "all":
            raise Refused("it is for another architecture")
        for wanted in ipk.fields.get("Depends", "").split(", "):
            if match := _BOUND.fullmatch(wanted):
                self._check_bound(match[1], match[2], match[3])

    def _check_bound(self, name: str, relation: str | None, version: str | None) -> None:
        there = self.present.get(name) or self.version(name)
        if there is None:
            raise Refused(f"{name} is missing")
        if relation and version:
            order = _numbers(there), _numbers(version)
            fits = {"<": order[0] <= order[1], ">": order[0] >= order[1]}  # of old both mean "or equal", as in dpkg
            fits |= {"<=": order[0] <= order[1], ">=": order[0] >= order[1], "=": order[0] == order[1]}
            if not fits[relation]:
                raise Refused(f"{name} is {there}, not {relation} {version}")

    def _write_info(self, name: str, ipk: Ipk, files: list[str], hashes: dict[str, str]) -> None:
        self._info.mkdir(parents=True, exist_ok=True)
        (self._info / f"{name}.list").write_text("".join(f"{path}\n" for path in files))
        for member, data in ipk.control.items():
            (self._info / f"{name}.{member}").write_bytes(data)
            if member not in {"control", "conffiles"}:
                os.chmod(self._info / f"{name}.{member}", 0o755)
        conffiles = "".join(f" {path} {digest}\n" for path, digest in hashes.items())
        status = self._status(name)
        status.parent.mkdir(parents=True, exist_ok=True)
        status.write_text(
            f"Package: {name}\nVersion: {ipk.fields['Version']}\nStatus: install user installed\n"
            f"Conffiles:\n{conffiles}"
        )


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]
