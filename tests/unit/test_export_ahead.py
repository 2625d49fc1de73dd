"""Batches that are read by several threads come in their order, and end when nobody wants them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import closing
from functools import partial

import pytest

from services.exports import export_ahead
from services.exports.export_ahead import Ended, read


def batch(number: int, blocks: int = 3) -> Generator[bytes, None, int]:
    for block in range(blocks):
        yield f"{number}.{block}".encode()
    return number


def test_everything_comes_in_order() -> None:
    found = list(read(partial(batch, number, number % 4) for number in range(40)))
    wanted: list[bytes | Ended] = []
    for number in range(40):
        wanted += [f"{number}.{block}".encode() for block in range(number % 4)]
        wanted.append(Ended(number))
    assert found == wanted


def test_nothing_is_nothing() -> None:
    assert list(read(iter(()))) == []


def test_the_next_batch_is_on_its_way_while_one_is_taken() -> None:
    begun = threading.Event()

    def second() -> Generator[bytes, None, None]:
        begun.set()
        yield b"second"

    with closing(read(iter([partial(batch, 0), second]))) as reading:
        next(reading)
        assert begun.wait(10)


def test_what_fails_is_told_when_its_turn_comes() -> None:
    def failing() -> Generator[bytes, None, None]:
        yield b"half"
        raise ValueError("broken")

    taken: list[bytes | Ended] = []
    with pytest.raises(ValueError, match="broken"):
        taken.extend(read(iter([partial(batch, 0, 1), failing, partial(batch, 2)])))
    assert taken == [b"0.0", Ended(0), b"half"]


def test_batches_end_when_nobody_wants_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_ahead, "LOOK_S", 0.01)
    closed = []

    def endless(number: int) -> Generator[bytes, None, None]:
        try:
            while True:
                yield b"x"
        finally:
            closed.append(number)

    make: list[Callable[[], Generator[bytes, None, None]]] = [partial(endless, number) for number in range(5)]
    with closing(read(iter(make))) as reading:
        assert [next(reading) for _ in range(9)] == [b"x"] * 9
    # Two were begun, the others never.
    assert sorted(closed) == [0, 1]
