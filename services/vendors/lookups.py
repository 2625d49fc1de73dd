"""What vendors are asked about people, and what they answer, in one shape for all of them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from services.people.urls import url_key


@dataclass(frozen=True)
class Contact:
    """kind: "email" or "phone". type ("work", "private", …) and status ("valid", …) in lower case, "" where not said.

    good: worth stopping for: nothing says that it may be wrong.
    """

    kind: str
    value: str
    type: str = ""
    status: str = ""

    @property
    def good(self) -> bool:
        return self.status in ("", "valid")


@dataclass(frozen=True)
class Found:
    """raw: what the vendor sent. row: as a file's row would tell of the person, {} where it tells of no career."""

    raw: dict[str, Any]
    row: dict[str, Any] = field(default_factory=dict)
    contacts: tuple[Contact, ...] = ()


@dataclass
class Answers:
    """By address as it was asked: found; missed: the vendor does not know them; queued: it is looking for them, ask
    again in retry_s; failed: address → what went wrong with this one. credits: what all of it cost."""

    found: dict[str, Found] = field(default_factory=dict)
    missed: set[str] = field(default_factory=set)
    queued: set[str] = field(default_factory=set)
    failed: dict[str, str] = field(default_factory=dict)
    credits: int = 0
    retry_s: float = 3600.0


class Enricher(Protocol):
    """A vendor that knows people by their public LinkedIn addresses. Blocks; no retries."""

    @property
    def most(self) -> int:
        """So many people at most in one request."""

    def look_up(self, urls: Sequence[str]) -> Answers:
        """Ask once about these. Raises a VendorError, after which nothing of any of them is known."""

    def credits_left(self) -> int | None:
        """What the account has left; None where the vendor does not say. Raises VendorError."""

    def close(self) -> None: ...


def public_key(url: Any) -> str:
    """What an address is compared by; "" for what is no public address of a person."""
    found = url_key(url) if isinstance(url, str) else None
    return found.key if found and found.kind == "public" else ""


def words(value: Any) -> str:
    """A text of an answer, "" for anything else."""
    return value.strip() if isinstance(value, str) else ""


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; of anything else none."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def part(value: Any, *names: str) -> Any:
    """A part of nested objects; None where there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value
