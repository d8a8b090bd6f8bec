"""Secrets that people copy from a screen: letters and digits that look like nothing else, in groups."""

import secrets
from collections.abc import Sequence

#: 32 of them: five bits each.
ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"


def make(groups: Sequence[int]) -> str:
    """Return random characters in groups of these lengths, with hyphens between them."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(length)) for length in groups)


def clean(text: str) -> str:
    """Return what was typed without hyphens and blanks, in lower case."""
    return "".join(text.split()).replace("-", "").lower()
