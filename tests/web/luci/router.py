"""What LuCI's pages ask of a router, over HTTP: commands within what the access list grants, UCI, and ubus."""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.daemon import ROOT

APP = ROOT / "openwrt" / "luci-app-syncfile"
ACCESS = json.loads((APP / "root/usr/share/rpcd/acl.d/luci-app-syncfile.json").read_text())["luci-app-syncfile"]
RUNTIME = Path(__file__).with_name("luci.js")

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>LuCI</title>
<script id="catalogue" type="application/json">{catalogue}</script>
<body data-view="view.syncfile.{view}"><div id="notifications"></div><div id="modal"></div><div id="view"></div>
<script src="/luci.js"></script></body></html>"""


@dataclass
class LuciRouter:
    """A router as its LuCI sees it.

    Attributes:
        data: Folder of the store that its ``syncfile`` works on.
        options: Of the section ``main`` of ``/etc/config/syncfile``.
        is_running: Of the service.
        answers: What commands other than ``syncfile`` itself print.
        asked: Every command that was carried out, with its words.
        told: The environment that the last ``syncfile`` was given.
    """

    data: Path
    options: dict[str, str] = field(default_factory=dict)
    is_running: bool = True
    answers: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    told: dict[str, str] = field(default_factory=dict)
    catalogue: dict[str, str] = field(default_factory=dict)
    port: int = 0

    def address(self, view: str) -> str:
        """Return where a page is."""
        return f"http://127.0.0.1:{self.port}/view/{view}"

    def page(self, view: str) -> str:
        return _PAGE.format(view=escape(view), catalogue=json.dumps(self.catalogue).replace("<", "\\u003c"))

    def exec(self, asked: dict[str, Any]) -> object:
        """Carry out a command as rpcd does."""
        line = " ".join([asked["command"], *asked["params"]])
        granted = [*ACCESS["read"]["file"], *ACCESS["write"]["file"]]
        if not any(fnmatchcase(line, pattern) for pattern in granted):
            raise PermissionError(f"Permission denied: {line}")
        self.asked.append(line)
        if line in self.answers:
            return {"code": 0, "stdout": self.answers[line]}
        if asked["command"] == "/usr/bin/syncfile":
            return self._syncfile(asked["params"], asked["env"])
        return {"code": 0}

    def _syncfile(self, words: list[str], variables: dict[str, str]) -> object:
        self.told = variables
        done = subprocess.run(
            [sys.executable, "-m", "syncfile", *words],
            env=os.environ | {"SYNCFILE_DATA": str(self.data)} | variables,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return {"code": done.returncode, "stdout": done.stdout, "stderr": done.stderr}

    def ubus(self, asked: dict[str, Any]) -> object:
        """Answer for procd."""
        if asked["method"] not in ACCESS["read"]["ubus"].get(asked["object"], []):
            raise PermissionError(f"Access denied: {asked}")
        return {"syncfile": {"instances": {"instance1": {"running": self.is_running}}}}

    def uci(self, changed: dict[str, Any]) -> object:
        """Take what is saved, and answer with what there is."""
        self.options = changed.get("main", self.options)
        return {"main": self.options}


@contextmanager
def serving(router: LuciRouter) -> Iterator[LuciRouter]:
    """Serve the pages of a router until the block ends."""
    doors: dict[str, Callable[[dict[str, Any]], object]] = {
        "/exec": router.exec,
        "/ubus": router.ubus,
        "/uci": router.uci,
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/view/"):
                self._send(200, "text/html", router.page(self.path.removeprefix("/view/")).encode())
            elif self.path == "/luci.js":
                self._send(200, "text/javascript", RUNTIME.read_bytes())
            elif re.fullmatch(r"/luci-static/resources(/\w+)+\.js", self.path):
                self._send(200, "text/javascript", (APP / "htdocs" / self.path[1:]).read_bytes())
            else:
                self._send(204, "text/plain", b"")

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            try:
                self._send(200, "application/json", json.dumps(doors[self.path](asked)).encode())
            except PermissionError as error:
                self._send(403, "application/json", json.dumps({"error": str(error)}).encode())

        def _send(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        router.port = server.server_port
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()
        try:
            yield router
        finally:
            server.shutdown()
