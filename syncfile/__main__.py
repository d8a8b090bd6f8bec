"""The command line: ``syncfile COMMAND`` or ``python -m syncfile COMMAND``."""

import argparse
import os
import sys
from importlib import import_module

from syncfile import __version__
from syncfile.cli.help_format import HelpFormatter

#: Each is a module of ``syncfile.cli`` with ``add_arguments(parser)`` and ``run(arguments)``, imported when asked for.
COMMANDS = {
    "serve": "run the server",
    "user": "add, list and delete accounts, set passwords",
    "reindex": "fill the derived tables again",
    "gc": "remove what nothing keeps any more",
    "status": "show how the store and its server are doing",
    "certificate": "make a certificate for this machine's names",
    "fsck": "check that everything is there and whole, and repair it",
    "disk": "list disks, choose and eject the one that holds the data",
    "backup": "copy everything to another disk while the server runs",
    "restore": "make a store again from a backup",
    "export": "write a library as plain files",
    "import": "put plain files into a library",
    "audit": "print who did what, when and from where",
    "routes": "list every endpoint",
}

_MODULES = {"import": "importing"}  # no module can have the name of a statement


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns its exit code: 0 done, 1 refused, 2 it could not begin."""
    parser = argparse.ArgumentParser(
        prog="syncfile",
        description="A private cloud that runs on the home router.",
        epilog="commands: " + "; ".join(f"{name}: {help}" for name, help in COMMANDS.items()),
        formatter_class=HelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"syncfile {__version__}")
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, metavar="...")
    chosen = parser.parse_args(argv)
    command = import_module(f"syncfile.cli.{_MODULES.get(chosen.command, chosen.command)}")
    own = argparse.ArgumentParser(
        prog=f"syncfile {chosen.command}", description=command.__doc__, formatter_class=HelpFormatter
    )
    command.add_arguments(own)
    arguments = own.parse_args(chosen.arguments)
    try:
        code: int = command.run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads (head, say) has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains at its end
        return 1
    return code


if __name__ == "__main__":
    sys.exit(main())
