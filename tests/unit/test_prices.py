"""Prices of models: those that are known, those of the setting, and what calls cost by them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from services.config import Settings
from services.errors import BadInput
from services.spending import prices
from services.vendors.openai_errors import Usage

TABLE = """
2026-11-20   # read on the vendor's page
big=1.25/0.125/10   org/own=0/0/0
2026-10-01 old=1/1/1
"""


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    prices.use("")


def test_a_table_says_what_models_cost_and_when_that_was_read() -> None:
    prices.use(TABLE)
    assert prices.cost("big", Usage(1_000_000, 400_000, 100_000)) == Decimal("1.80")
    assert prices.cost("big", Usage(1_000_000, 400_000, 100_000, batch=True)) == Decimal("0.90")
    assert prices.cost("org/own", Usage(1_000_000, 0, 1_000_000)) == 0
    assert (prices.priced_on("big"), prices.priced_on("old")) == (date(2026, 11, 20), date(2026, 10, 1))
    # Those that are known stay, unless the table says otherwise.
    assert prices.is_known("gpt-6-luna") and not prices.is_known("another")
    assert prices.cost("another", Usage(1, 0, 1)) is None and prices.priced_on("another") is None
    prices.use("2026-11-20 gpt-6-luna=1/1/1")
    assert prices.cost("gpt-6-luna", Usage(1_000_000, 0, 0)) == 1


@pytest.mark.parametrize(
    "usage", [Usage(100, 1_000_000, 0), Usage(-5, 0, 0), Usage(0, -1_000_000, 0), Usage(0, 0, -1_000_000)]
)
def test_no_call_gives_money_back(usage: Usage) -> None:
    cost = prices.cost("gpt-6-luna", usage)
    assert cost is not None and cost >= 0


@pytest.mark.parametrize(
    "text",
    [
        "big=1/1/1", "2026-11-20 big=1/1", "2026-11-20 big=1/x/1", "2026-11-20 big=-1/1/1", "2026-11-20 big=NaN/1/1",
        "2026-11-20 big=1e9/1/1", "yesterday big=1/1/1", "2026-11-20 big", "2026-11-20 =1/1/1", "2026-13-20",
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_read_is_refused_in_one_line_that_names_the_setting(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        Settings.from_env({"OPENAI_PRICES": text})
    assert caught.value.message.startswith("OPENAI_PRICES: ") and "\n" not in caught.value.message


def test_the_table_may_be_a_file(tmp_path: Path) -> None:
    file = tmp_path / "prices"
    file.write_text(TABLE, encoding="utf-8")
    assert prices.read_table(Settings.from_env({"OPENAI_PRICES_FILE": str(file)}).openai_prices)["big"].output == 10
