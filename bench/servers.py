"""The servers that are compared: ours, waitress as it comes with a plain WSGI application, and nginx."""

import shutil
import sys
from pathlib import Path

from bench.legacy import PASSWORD
from bench.process import Server, free_port

ROOT = Path(__file__).parent.parent

_NGINX_CONF = """\
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log;
events {{ worker_connections 4096; }}
http {{
    client_body_temp_path {folder}/nginx-body;
    proxy_temp_path {folder}/nginx-proxy;
    fastcgi_temp_path {folder}/nginx-fastcgi;
    uwsgi_temp_path {folder}/nginx-uwsgi;
    scgi_temp_path {folder}/nginx-scgi;
    access_log {folder}/nginx-access.log;
    sendfile on;
    keepalive_requests 1000000000;
    server {{
        listen 127.0.0.1:{port};
        root {files};
    }}
}}
"""


def start_ours(folder: Path, data: Path, *flags: str) -> Server:
    """Start ``server.py`` as users do, access log included, over the data folder ``data``.

    Args:
        folder: For logs.
        flags: Settings that differ from the defaults.
    """
    port = free_port()
    command = [sys.executable, str(ROOT / "server.py"), "--data", str(data), "--port", str(port), *flags]
    return Server(command, port, folder / "ours.log", {"SYNCFILE_ADMIN_PASSWORD": PASSWORD})


def start_stock(folder: Path, files: Path) -> Server:
    """Start ``bench.stock`` on the files in ``files``; bodies are spooled and stored below ``folder``."""
    port = free_port()
    command = [sys.executable, "-m", "bench.stock", str(port), str(files), str(folder)]
    return Server(command, port, folder / "stock.log", {"TMPDIR": str(folder), "PYTHONPATH": str(ROOT)})


def find_nginx() -> str | None:
    """Return where nginx is installed, None if it is not."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


def start_nginx(program: str, folder: Path, files: Path) -> Server:
    """Start nginx on the files in ``files`` with a configuration of its own, as a single process."""
    port = free_port()
    conf = folder / "nginx.conf"
    conf.write_text(_NGINX_CONF.format(folder=folder, files=files, port=port), "utf-8")
    log = folder / "nginx.log"
    return Server([program, "-e", str(folder / "nginx-error.log"), "-p", str(folder), "-c", str(conf)], port, log, {})
