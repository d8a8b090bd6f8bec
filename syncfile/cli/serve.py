"""Run the server until a signal ends it. Exit codes: 0 stopped by a signal, 2 it could not start."""

import argparse
import os

from syncfile import config
from syncfile.daemon import complain, serve


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add a flag for every setting."""
    config.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Serve."""
    try:
        return serve(config.from_arguments(arguments, os.environ), os.environ.get("SYNCFILE_ADMIN_PASSWORD"))
    except config.ConfigError as error:
        return complain(error)
