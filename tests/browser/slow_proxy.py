"""A bad line between browser and server: slow for the grid's callbacks, and one in ten of them fails."""

from __future__ import annotations

import http.client
import itertools
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from urllib.parse import urlsplit

# The rows, the exact count, the search's version: what the page asks for while someone reads.
GRID = (b'"candidate-grid.getRowsResponse"', b'"count-answer.data"', b'"version-answer.data"')
HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "server", "date"}


@dataclass
class Line:
    """How bad the line is, and what it did. slow: least and most seconds; every: one in so many fails, with 0 none."""

    url: str
    slow: tuple[float, float] = (0.15, 0.3)
    every: int = 10
    passed: int = 0
    failed: int = 0
    _draw: Random = field(default_factory=lambda: Random(1))
    _number: Iterator[int] = field(default_factory=itertools.count)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def fate(self) -> tuple[float, str]:
        """(seconds to wait, what happens then) of one grid callback."""
        with self._lock:
            number, pause = next(self._number), self._draw.uniform(*self.slow)
            # From the third on, so that a short test meets both kinds.
            if not self.every or number % self.every != 2 % self.every:
                self.passed += 1
                return pause, "answer"
            self.failed += 1
            return pause, "502" if self.failed % 2 else "cut"


@contextmanager
def slow_proxy(upstream: str) -> Iterator[Line]:
    """A proxy on a free port of loopback in front of upstream (http://host:port)."""
    target = urlsplit(upstream)
    assert target.hostname and target.port
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(target.hostname, target.port))
    server.daemon_threads = True
    server.line = line = Line(f"http://127.0.0.1:{server.server_address[1]}")  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield line
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(host: str, port: int) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except ConnectionError:
                # The browser went away: so does this thread.
                self.close_connection = True

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if any(output in body for output in GRID):
                pause, fate = self.server.line.fate()  # type: ignore[attr-defined]
                time.sleep(pause)
                if fate == "502":
                    return self._answer(502, [("Content-Type", "text/html")], b"<h1>Bad gateway</h1>")
                if fate == "cut":
                    self.close_connection = True
                    return self.connection.shutdown(socket.SHUT_RDWR)
            with closing(http.client.HTTPConnection(host, port, timeout=60)) as upstream:
                # Host stays as the browser sent it: the server compares it with Origin.
                upstream.request(self.command, self.path, body or None, dict(self.headers.items()))
                response = upstream.getresponse()
                self._answer(response.status, response.getheaders(), response.read())

        do_POST = do_HEAD = do_GET

        def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers:
                if name.lower() not in HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    return Handler
