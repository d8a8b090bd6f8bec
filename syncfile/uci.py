"""OpenWrt's configuration, UCI: through its own program, or where that is missing by editing its files with care."""

import os
import re
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path
from shutil import which

Section = dict[str, str]


class UciError(Exception):
    """The configuration cannot be changed."""


def read_sections(folder: Path, package: str) -> list[tuple[str, Section]]:
    """Return the sections of a package in order, each with its name, which may be empty, and its options.

    Args:
        folder: Of the files, ``/etc/config``. One that is missing has no sections.
    """
    sections: list[tuple[str, Section]] = []
    for words in map(_words, _lines(folder / package)):
        if words[:1] == ["config"]:
            sections.append((words[2] if len(words) > 2 else "", {}))
        elif words[:1] == ["option"] and len(words) == 3 and sections:
            sections[-1][1][words[1]] = words[2]
    return sections


def find_section(folder: Path, package: str, name: str) -> Section | None:
    """Return the options of a named section, or None."""
    return next((options for found, options in read_sections(folder, package) if found == name), None)


def set_options(folder: Path, package: str, kind: str, name: str, options: Mapping[str, str]) -> None:
    """Set and commit options of a named section, which is made if it is missing. Its other options stay.

    Raises:
        UciError: It cannot be done.
    """
    if uci := which("uci"):
        (folder / package).touch()  # uci makes no packages
        _run_uci(uci, folder, "set", f"{package}.{name}={kind}")
        for option, value in options.items():
            _run_uci(uci, folder, "set", f"{package}.{name}.{option}={value}")
        _run_uci(uci, folder, "commit", package)
    else:
        before, inside, after = _split(_lines(folder / package), name)
        section = inside or ["", f"config {kind} {_quoted(name)}"]
        _write(folder / package, [*before, *_with_options(section, options), *after])


def delete_section(folder: Path, package: str, name: str) -> None:
    """Delete a named section, if it is there.

    Raises:
        UciError: It cannot be done.
    """
    if find_section(folder, package, name) is None:
        return
    if uci := which("uci"):
        _run_uci(uci, folder, "delete", f"{package}.{name}")
        _run_uci(uci, folder, "commit", package)
    else:
        before, _, after = _split(_lines(folder / package), name)
        _write(folder / package, before + after)


def _run_uci(uci: str, folder: Path, *words: str) -> None:
    ended = subprocess.run(  # noqa: S603 # no shell
        [uci, "-q", "-c", os.fspath(folder), *words], capture_output=True, text=True, timeout=20, check=False
    )
    if ended.returncode:
        raise UciError(f"uci {' '.join(words)} failed with code {ended.returncode} {ended.stderr.strip()}".rstrip())


def _split(lines: list[str], name: str) -> tuple[list[str], list[str], list[str]]:
    """Return the lines before a section, its own, and those after it; a section that is missing is at the end."""
    starts = [number for number, line in enumerate(lines) if _words(line)[:1] == ["config"]]
    start = next((number for number in starts if _words(lines[number])[2:] == [name]), len(lines))
    end = next((number for number in starts if number > start), len(lines))
    return lines[:start], lines[start:end], lines[end:]


def _with_options(section: list[str], options: Mapping[str, str]) -> list[str]:
    left = {name: f"\toption {name} {_quoted(value)}" for name, value in options.items()}
    changed = [left.pop(words[1], line) if (words := _words(line))[:1] == ["option"] else line for line in section]
    end = max(number for number, line in enumerate(changed, 1) if line.strip())
    return [*changed[:end], *left.values(), *changed[end:]]


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line, comments=True)
    except ValueError:  # a value of several lines: none of ours
        return []


def _quoted(value: str) -> str:
    if re.search(r"['\n]", value):
        raise UciError(f"{value!r} cannot be a value")
    return f"'{value}'"


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise UciError(f"{file}: {error}") from None


def _write(file: Path, lines: list[str]) -> None:
    """Put a new file in the place of an old one, so that a power cut leaves one of them."""
    tmp = file.with_name(f".{file.name}.new")
    try:
        with tmp.open("w", encoding="utf-8") as out:
            out.write("\n".join([*lines, ""]))
            out.flush()
            os.fsync(out.fileno())
        tmp.replace(file)
    except OSError as error:
        raise UciError(f"{file}: {error.strerror}") from None
