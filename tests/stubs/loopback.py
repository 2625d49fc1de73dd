"""A threaded HTTP server on loopback that a stub vendor stands on. It stops at once and cleanly."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Request:
    """headers: names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """A body that is a text is sent as HTML, bytes as they are, anything else as JSON."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)
    # Only so many bytes are sent, and then the connection breaks.
    cut: int | None = None


class LoopbackServer:
    """Calls `answer` for each request, each connection on its own thread. port 0 picks a free one."""

    def __init__(self, answer: Callable[[Request], Reply], port: int = 0) -> None:
        self._http = _Http(("127.0.0.1", port), answer)
        self.port: int = self._http.server_address[1]
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), name=f"stub-{self.port}")
        self._thread.start()

    def stop(self) -> None:
        """Whoever waits inside `answer` must be let go first: the threads are joined."""
        self._http.shutdown()
        self._thread.join()
        self._http.close_connections()
        self._http.server_close()


class _Http(ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = False

    def __init__(self, address: tuple[str, int], answer: Callable[[Request], Reply]) -> None:
        self.answer = answer
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._closing = False
        super().__init__(address, _Handler)

    def finish_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            if self._closing:
                return
            self._open.add(request)
        try:
            super().finish_request(request, client_address)
        except ConnectionError:
            pass  # the client gave up waiting, which is its right
        finally:
            with self._lock:
                self._open.discard(request)

    def close_connections(self) -> None:
        """Wakes the threads that wait for the next request of a kept-alive connection."""
        with self._lock:
            self._closing = True
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Http

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.server.answer(Request(self.command, self.path, headers, body))
        kind, content = _sent(reply.body)
        self.send_response(reply.status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(content)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content[: reply.cut])
        self.wfile.flush()
        self.close_connection = self.close_connection or reply.cut is not None

    do_GET = do_POST = do_DELETE = _serve

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: a stub counts its requests itself."""


def _sent(body: Any) -> tuple[str, bytes]:
    if isinstance(body, bytes):
        return "application/octet-stream", body
    if isinstance(body, str):
        return "text/html", body.encode()
    return "application/json", json.dumps(body).encode()
