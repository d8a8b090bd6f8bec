"""The look of ``--help``."""

import argparse
import os


class HelpFormatter(argparse.HelpFormatter):
    """Fills the terminal, as argparse's own does.

    That one asks ``shutil`` for the width, with the first flag that is added, and all of its packers come along: half a
    megabyte for as long as the server runs.
    """

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)


def _columns() -> int:
    """Return the width of the terminal, characters; see ``shutil.get_terminal_size``."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns):
        return int(columns)
    try:
        return os.get_terminal_size().columns or 80
    except OSError:  # no terminal
        return 80
