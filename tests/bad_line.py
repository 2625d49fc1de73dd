"""A bad line between the product and a server: slow, cut, or leading nowhere. TCP in front of the server's socket."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

PIECE = 1 << 16


@dataclass
class Line:
    """delay_s is added to every piece of either direction. up=False: what is open is cut and nobody gets through."""

    target: Path
    port: int
    delay_s: float = 0.0
    up: bool = True
    passed: int = 0
    _open: set[socket.socket] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _over: threading.Event = field(default_factory=threading.Event)

    def cut(self) -> int:
        """End every connection in the middle of whatever it carries; how many there were."""
        with self._lock:
            ends = list(self._open)
            self._open.clear()
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        return len(ends) // 2

    def down(self) -> None:
        self.up = False
        self.cut()

    def _connect(self, near: socket.socket) -> None:
        far = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            if not self.up:
                raise ConnectionRefusedError
            far.connect(str(self.target))
        except OSError:
            near.close()
            far.close()
            return
        with self._lock:
            self._open |= {near, far}
            self.passed += 1
        for one, other in ((near, far), (far, near)):
            threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while piece := one.recv(PIECE):
                # Also the wait of a slow line ends with the test.
                if self.delay_s and self._over.wait(self.delay_s):
                    break
                other.sendall(piece)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            with self._lock:
                self._open.discard(end)
        one.close()


@contextmanager
def bad_line(target: Path) -> Iterator[Line]:
    """A line on a free port of loopback to a server's socket; a good one until the test makes it bad."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        line = Line(target, listener.getsockname()[1])

        def listen() -> None:
            with suppress(OSError):
                while True:
                    line._connect(listener.accept()[0])

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        try:
            yield line
        finally:
            line._over.set()
            line.down()
            # Wakes accept(), which a close alone does not.
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)
