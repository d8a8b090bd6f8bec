"""Keeps glibc's ``malloc`` from holding on to what was freed. The libc of routers, musl, gives it back by itself."""

import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ctypes import CDLL

# mallopt(3), malloc.h
_M_MMAP_THRESHOLD = -3
_M_ARENA_MAX = -8

#: Buffers from here on are given back when they are freed: hashing a password takes 4 MiB. Reads of bodies are smaller.
_LARGE_BYTES = 1 << 20
#: By default each thread may get a heap of its own, whose free parts no other thread uses. One is enough: it is mostly
#: the interpreter that asks for memory, in one thread at a time.
_ARENAS = 1


def keep_small() -> None:
    """Set how the allocator works from here on; to be called before threads are started."""
    if (libc := _glibc()) is not None:
        libc.mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
        libc.mallopt(_M_ARENA_MAX, _ARENAS)


def give_back() -> None:
    """Give what is free in any heap back to the system; see malloc_trim(3)."""
    if (libc := _glibc()) is not None:
        libc.malloc_trim(0)


def _glibc() -> "CDLL | None":
    if "CS_GNU_LIBC_VERSION" not in os.confstr_names:
        return None
    with suppress(ImportError, OSError):  # without ctypes it works as well, in more memory
        import ctypes

        return ctypes.CDLL(None)
    return None
