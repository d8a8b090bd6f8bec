"""A stand-in for OpenWrt's ``uci``: ``uci_program.py [-q] [-c FOLDER] get|set|delete|commit WHAT``.

It knows options, no lists. What is not committed yet is in ``FOLDER/.staged``.
"""

import json
import shlex
import sys
from pathlib import Path

Package = dict[str, dict[str, str]]


def read(file: Path) -> Package:
    """Return the sections of a file, with their type as the option "."."""
    package: Package = {}
    section: dict[str, str] = {}
    for line in file.read_text("utf-8").splitlines():
        words = shlex.split(line, comments=True)
        if words[:1] == ["config"]:
            section = package.setdefault(words[2] if len(words) > 2 else f"cfg{len(package)}", {".": words[1]})
        elif words[:1] == ["option"]:
            section[words[1]] = words[2]
    return package


def write(file: Path, package: Package) -> None:
    """Write a file as ``uci commit`` does, without comments."""
    lines = []
    for name, options in package.items():
        heading = f"config {options['.']}"
        lines += ["", heading if name.startswith("cfg") else f"{heading} '{name}'"]
        lines += [f"\toption {option} '{value}'" for option, value in options.items() if option != "."]
    file.write_text("\n".join([*lines, ""]), "utf-8")


def main(arguments: list[str]) -> int:
    """Run one command."""
    words = [word for word in arguments if word != "-q"]
    folder = Path("/etc/config")
    if words[0] == "-c":
        folder, words = Path(words[1]), words[2:]
    command, argument = words
    staged = folder / ".staged"
    target, _, value = argument.partition("=")
    name, _, rest = target.partition(".")
    section, _, option = rest.partition(".")
    if not (folder / name).exists():
        return 1
    everything: dict[str, Package] = json.loads(staged.read_text("utf-8")) if staged.exists() else {}
    package = everything.setdefault(name, read(folder / name))
    if command == "get":
        found = package.get(section, {}).get(option or ".")
        print(found or "", end="\n" if found else "")
        return 0 if found is not None else 1
    if command == "commit":
        write(folder / name, everything.pop(name))
    elif command == "delete":
        if section not in package:
            return 1
        del package[section]
    elif option:
        if section not in package:
            return 1
        package[section][option] = value
    else:
        package[section] = {**package.get(section, {}), ".": value}
    staged.write_text(json.dumps(everything), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
