"""Names in a folder that is not ours: what a file system cannot hold gets another name, and no two share one."""

import os
import re
from dataclasses import dataclass, field

from syncfile.core.paths import numbered

#: What FAT, exFAT and NTFS refuse in a name, and how a name may not end there.
_REFUSED = re.compile(r'[\x00-\x1f\\:*?"<>|]')
_REFUSED_END = re.compile(r"[. ]+$")
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)", re.IGNORECASE)
_PROBE = ".syncfile-probe"


@dataclass(frozen=True, slots=True)
class NamingRules:
    """What the names in a file system are like.

    Attributes:
        is_narrow: It refuses what FAT does.
        folds_case: ``A`` and ``a`` are one name.
    """

    is_narrow: bool = False
    folds_case: bool = False

    def key(self, name: str) -> str:
        """Return what two names have in common that are the same there."""
        return name.casefold() if self.folds_case else name

    def fit(self, name: str) -> str:
        """Return a name that it can hold."""
        if not self.is_narrow:
            return name
        name = _REFUSED.sub("_", name)
        name = _REFUSED_END.sub(lambda match: "_" * len(match[0]), name)
        return f"_{name}" if _DEVICE.match(name) else name


def probe(folder: str) -> NamingRules:
    """Find out by trying what the names in a folder can be. Raises ``OSError`` where nothing can be written."""
    plain = os.path.join(folder, f"{_PROBE}-{os.getpid()}")
    _touch(plain)
    try:
        folds_case = os.path.exists(os.path.join(folder, os.path.basename(plain).upper()))
    finally:
        os.unlink(plain)
    return NamingRules(_is_narrow(f"{plain}:?"), folds_case)


def _is_narrow(path: str) -> bool:
    try:
        _touch(path)
    except OSError:
        return True
    os.unlink(path)
    return False


def _touch(path: str) -> None:
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))


@dataclass(slots=True)
class FolderNames:
    """The names given so far in one folder; they are remembered only where two could become one."""

    rules: NamingRules
    _taken: set[str] = field(default_factory=set)

    def give(self, name: str) -> str:
        """Return the name that an entry has there, which no other has."""
        if not (self.rules.is_narrow or self.rules.folds_case):
            return name
        wanted = self.rules.fit(name)
        given, number = wanted, 0
        while self.rules.key(given) in self._taken:
            number += 1
            given = numbered(wanted, number)
        self._taken.add(self.rules.key(given))
        return given
