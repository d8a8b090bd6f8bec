"""List every endpoint: method, path, whether callers must say who they are, and the function that answers."""

import argparse

from syncfile.app import FACES, load_face


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what narrows the list down."""
    parser.add_argument("prefix", nargs="?", default="/", help="only paths that begin so")


def run(arguments: argparse.Namespace) -> int:
    """Print the list, sorted by path. Returns 0, or 1 if it is empty."""
    faces = [load_face(module) for module in dict.fromkeys(FACES.values())]
    routes = [route for face in faces for route in face.routes if route.rule.startswith(arguments.prefix)]
    for route in sorted(routes, key=lambda route: (route.rule, route.method)):
        handler = f"{route.handler.__module__}:{route.handler.__qualname__}"
        print(f"{route.method:<9} {route.rule:<55} {route.auth:<9} {handler}")
    return 0 if routes else 1
