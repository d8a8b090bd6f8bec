"""The daemon: ``python server.py --data DIR --host HOST --port PORT`` (docs/operating.md has all settings).

Exit codes: 0 stopped by a signal, 2 it could not start.
"""

import argparse
import os
import sys

from syncfile import config
from syncfile.cli.help_format import HelpFormatter
from syncfile.daemon import complain, serve


def main() -> int:
    """Run the server with the settings of the command line, the environment and the configuration file."""
    parser = argparse.ArgumentParser(
        prog="server.py", description="Serve SyncFile until a signal ends it.", formatter_class=HelpFormatter
    )
    config.add_arguments(parser)
    arguments = parser.parse_args()
    try:
        settings = config.from_arguments(arguments, os.environ)
        return serve(settings, os.environ.get("SYNCFILE_ADMIN_PASSWORD"))
    except config.ConfigError as error:
        return complain(error)


if __name__ == "__main__":
    sys.exit(main())
