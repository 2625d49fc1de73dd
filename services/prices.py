"""What models cost, and what a call or a run costs by that. Pure.

Prices are list prices in US dollars per million tokens, as read on PRICED_ON. A model that is not
in the table has no known price: its calls are counted in tokens, and money is not guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from services.vendors.openai_errors import Usage

PRICED_ON = date(2026, 11, 1)
_MILLION = 1_000_000
_SMALLEST = Decimal("0.000001")
# What the Batch API takes of the list price.
BATCH_SHARE = Decimal("0.5")


@dataclass(frozen=True)
class Price:
    """US dollars per million tokens; `cached` is for input that the vendor had seen before."""

    input: Decimal
    cached: Decimal
    output: Decimal


PRICES: dict[str, Price] = {
    "gpt-6-luna": Price(Decimal("0.10"), Decimal("0.01"), Decimal("0.50")),
}


def cost(model: str, usage: Usage) -> Decimal | None:
    """US dollars, to a millionth; None for a model without a known price."""
    price = PRICES.get(model)
    if price is None:
        return None
    fresh = usage.input_tokens - usage.cached_tokens
    total = fresh * price.input + usage.cached_tokens * price.cached + usage.output_tokens * price.output
    share = BATCH_SHARE if usage.batch else 1
    return (total * share / _MILLION).quantize(_SMALLEST, rounding=ROUND_HALF_UP)
