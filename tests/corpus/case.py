"""What a file of the corpus is, and what is expected of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

DAMAGED = "The file is damaged or not complete. Download or save it again and upload that."
NO_ROWS = "The file names its columns but holds no rows."
EMPTY = "The file is empty."
NO_NAME = "Say which column holds the name, the LinkedIn address or the e-mail address."


@dataclass(frozen=True)
class Case:
    """One file. refused: the message on the page; otherwise people and rejects are what an import makes of it.

    people: full names in the order of the rows; wanted: columns of `profiles` of the first person;
    late: refused is told by the run, since only the end of the file tells.
    """

    name: str
    content: Callable[[], bytes]
    refused: str = ""
    people: Sequence[str] = ()
    rejected: int = 0
    late: bool = False
    wanted: dict[str, Any] = field(default_factory=dict)


def text(name: str, content: str, encoding: str = "utf-8", **expected: Any) -> Case:
    return Case(name, lambda: content.encode(encoding), **expected)


def raw(name: str, content: bytes, **expected: Any) -> Case:
    return Case(name, lambda: content, **expected)
