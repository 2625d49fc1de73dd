"""How the text of a setting becomes its value. Each raises ValueError with what it must be, for one clear line."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from pathlib import Path

from services.spending import prices


def text(raw: str) -> str:
    return raw.strip()


def words(raw: str) -> str:
    """Words separated by commas, in lower case."""
    return ",".join(word for part in raw.lower().split(",") if (word := part.strip().removeprefix("@")))


def path(raw: str) -> Path:
    return Path(raw).expanduser().resolve()


def integer(low: int, high: int) -> Callable[[str], int]:
    def parse(raw: str) -> int:
        value = int(raw)
        if not low <= value <= high:
            raise ValueError(f"must be from {low} to {high}")
        return value

    return parse


def seconds(raw: str) -> float:
    value = float(raw)
    if not 0 < value <= 86_400:
        raise ValueError("must be more than 0 seconds, and no more than a day")
    return value


def money(raw: str) -> Decimal | None:
    """US dollars; nothing where it is not known."""
    if not raw.strip():
        return None
    try:
        value = Decimal(raw)
    except InvalidOperation as error:
        raise ValueError("must be an amount in US dollars") from error
    if not value.is_finite() or not 0 <= value <= 1000:
        raise ValueError("must be from 0 to 1000 US dollars")
    return value


def order(*allowed: str) -> Callable[[str], str]:
    def parse(raw: str) -> str:
        names = words(raw).split(",")
        if len(set(names)) != len(names) or not set(names) <= set(allowed):
            raise ValueError("must be of " + ", ".join(allowed) + ", each once, separated by commas")
        return ",".join(names)

    return parse


def choice(*allowed: str) -> Callable[[str], str]:
    def parse(raw: str) -> str:
        if raw not in allowed:
            raise ValueError("must be one of " + ", ".join(allowed))
        return raw

    return parse


def price_table(raw: str) -> str:
    """As given, once it can be read."""
    prices.read_table(raw)
    return raw.strip()
