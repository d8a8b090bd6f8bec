"""The tables that are printed: figures as they come, and at the end the limits."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One limit and what was found.

    Attributes:
        what: A ratio in words.
        figure, limit: As printed.
    """

    what: str
    figure: str
    limit: str
    ok: bool


def shown(figure: float, digits: int) -> str:
    """Return a figure as printed; a dash where there is none."""
    return "-" if math.isnan(figure) else f"{figure:.{digits}f}"


def at_most(what: str, figure: float, limit: float) -> Check:
    """Return the check of an upper limit."""
    return Check(what, f"{figure:.2f}", f"at most {limit:.2f}", figure <= limit)


def at_least(what: str, figure: float, limit: float) -> Check:
    """Return the check of a lower limit."""
    return Check(what, f"{figure:.2f}", f"at least {limit:.2f}", figure >= limit)


def print_checks(checks: Sequence[Check]) -> None:
    """Print the final table."""
    rows = [[check.what, check.figure, check.limit, "ok" if check.ok else "MISSED"] for check in checks]
    print_table("Limits", ["", "figure", "limit", ""], rows)


def print_table(title: str, names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns, the first one aligned to the left."""
    widths = [max(len(row[column]) for row in [names, *rows]) for column in range(len(names))]
    print(f"\n{title}")
    for row in [names, *rows]:
        rest = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        print("  " + "  ".join([row[0].ljust(widths[0]), *rest]).rstrip(), flush=True)
