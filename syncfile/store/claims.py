"""Files that one process claims for itself, or several hold together, by ``flock``; the claim goes with its process."""

import errno
import fcntl

_NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL}


def claim(fd: int, how: int = fcntl.LOCK_EX | fcntl.LOCK_NB) -> None:
    """Lock an open file until it is closed. Where the file system knows no locks, trust.

    Args:
        how: As flock(2) takes it.

    Raises:
        BlockingIOError: Another process has it.
        OSError: The disk fails.
    """
    try:
        fcntl.flock(fd, how)
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
