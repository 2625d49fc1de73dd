"""What models cost, and what a call or a run costs by that.

Prices are list prices in US dollars per million tokens, each as read on a day: those that are known here, and those
of the setting OPENAI_PRICES, which a process takes when it opens (Runtime.open). A model that has none has no known
price: its calls are counted in tokens, and money is not guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from types import MappingProxyType

from services.vendors.openai_errors import Usage

_MILLION = 1_000_000
_SMALLEST = Decimal("0.000001")
_HIGHEST = Decimal(10_000)
# What the Batch API takes of the list price.
BATCH_SHARE = Decimal("0.5")


@dataclass(frozen=True)
class Price:
    """US dollars per million tokens; `cached` is for input that the vendor had seen before. on: when it was read."""

    input: Decimal
    cached: Decimal
    output: Decimal
    on: date


KNOWN: Mapping[str, Price] = MappingProxyType({
    "gpt-6-luna": Price(Decimal("0.10"), Decimal("0.01"), Decimal("0.50"), date(2026, 11, 1)),
})  # fmt: skip

_table: Mapping[str, Price] = KNOWN


def read_table(text: str) -> dict[str, Price]:
    """Model → price, of a text such as "2026-11-20 gpt-x=0.25/0.025/2 own=0/0/0": a day, then input/cached/output.

    A day holds for what follows it; a line may end with a remark after #. Raises ValueError with what is wrong.
    """
    found: dict[str, Price] = {}
    day: date | None = None
    for word in " ".join(line.partition("#")[0] for line in text.splitlines()).split():
        model, _, prices = word.rpartition("=")
        if not model:
            day = _day(word)
        elif day is None:
            raise ValueError("begin with the day on which the prices were read, as 2026-11-20")
        else:
            found[model] = _price(model, prices, day)
    return found


def use(text: str) -> None:
    """This process reckons by the known prices and those of the setting, which come first. Raises ValueError."""
    global _table
    _table = MappingProxyType({**KNOWN, **read_table(text)})


def is_known(model: str) -> bool:
    """Whether calls of a model can be reckoned in money."""
    return model in _table


def priced_on(model: str) -> date | None:
    """When a model's price was read; None where it is not known."""
    return _table[model].on if model in _table else None


def cost(model: str, usage: Usage) -> Decimal | None:
    """US dollars, to a millionth, never less than 0; None for a model without a known price."""
    price = _table.get(model)
    if price is None:
        return None
    # A server that counts wrongly shall give nothing back to a budget.
    given, cached, written = (max(0, n) for n in (usage.input_tokens, usage.cached_tokens, usage.output_tokens))
    cached = min(cached, given)
    total = (given - cached) * price.input + cached * price.cached + written * price.output
    share = BATCH_SHARE if usage.batch else 1
    return (total * share / _MILLION).quantize(_SMALLEST, rounding=ROUND_HALF_UP)


def _day(word: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError as error:
        raise ValueError("it is a day as 2026-11-20, then model=input/cached/output for each model") from error


def _price(model: str, text: str, day: date) -> Price:
    try:
        numbers = [Decimal(part) for part in text.split("/")]
    except InvalidOperation:
        numbers = []
    if len(numbers) != 3 or not all(one.is_finite() and 0 <= one <= _HIGHEST for one in numbers):
        raise ValueError(f"the price of {model} must be input/cached/output in US dollars per million tokens")
    given, cached, written = numbers
    return Price(given, cached, written, day)
