"""P5-normalise: what normalising a batch of 50,000 cells costs row by row, as imports do it, and by pandas.

pandas appears in two ways: by its vectorised text methods, and by factorize (each distinct cell once, by the
row-wise function). docs/decisions/0004 says what follows from it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from typing import Any

import pandas as pd

from benchmarks.measure import Figure, interleaved, summary
from benchmarks.stage import Stage
from services.demo import synthetic_people
from services.imports import import_dates, import_rows
from services.imports.import_dates import months_of, period_of
from services.people import country_names
from services.people.country_names import country_in

ROWS, ROUNDS = 50_000, 5
TODAY = date(2026, 11, 15)
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
Normalise = Callable[[Sequence[str]], Any]


def figures(stage: Stage) -> Iterator[Figure]:
    count = 5_000 if stage.quick else ROWS
    for kind, cells, arms in _kinds(count):
        found = interleaved({name: partial(arm, cells) for name, arm in arms.items()}, ROUNDS)
        per_row = {name: summary([ms * 1000 / count for ms in values]) for name, values in found.items()}
        used, best = per_row["used"]["median"], min(per_row[name]["median"] for name in ("pandas", "factorize"))
        yield Figure(
            f"P5-normalise-{kind}", "as imports do it, beside pandas (reported)", used, "us/row", None,
            baseline=best, ratio=best / used, arms=per_row, n=ROUNDS,
            note=f"{len(set(cells)):,} distinct of {count:,}; row by row {per_row['rows']['median']:.2f}",
        )  # fmt: skip


def _kinds(count: int) -> Iterator[tuple[str, list[str], dict[str, Normalise]]]:
    made = [person for chunk in range(-(-count // synthetic_people.CHUNK))
            for person in synthetic_people.people(7, chunk, synthetic_people.CHUNK)][:count]  # fmt: skip
    draw = random.Random(7)
    clean = partial(import_rows.clean, limit=300)
    # Names hardly repeat, so imports clean them one by one; what repeats is remembered.
    yield "names", [person.full_name for person in made], _arms(_name, _each(_name), _pandas_names)
    companies = [person.company for person in made]
    yield "companies", companies, _arms(clean, _remembered(clean), _pandas_clean)
    places = [person.location for person in made]
    yield "locations", places, _arms(country_in.__wrapped__, _cached(country_in), _pandas_countries)
    periods = [f"{draw.choice(_MONTHS)} {draw.randint(2000, 2025)} - "
               f"{draw.choice(['Present', f'{draw.choice(_MONTHS)} 2026'])}" for _ in range(count)]  # fmt: skip
    yield (
        "dates",
        periods,
        _arms(partial(period_of.__wrapped__, today=TODAY), _cached(period_of, today=TODAY), _pandas_periods),
    )
    durations = [f"{draw.randint(1, 20)} yrs {draw.randint(1, 11)} mos" for _ in range(count)]
    yield "durations", durations, _arms(months_of.__wrapped__, _cached(months_of), _pandas_months)


def _arms(row_wise: Callable[[str], Any], used: Normalise, by_pandas: Normalise) -> dict[str, Normalise]:
    return {"rows": _each(row_wise), "used": used, "pandas": by_pandas, "factorize": _factorized(row_wise)}


def _name(cell: str) -> tuple[str, str, str]:
    name = import_rows.clean(cell, 200)
    first, _, last = name.rpartition(" ")
    return name, first, last


def _each(make: Callable[[str], Any]) -> Normalise:
    return lambda cells: [make(cell) for cell in cells]


def _cached(make: Any, **more: Any) -> Normalise:
    """By a cache that is empty at first, as at the beginning of an import."""

    def normalise(cells: Sequence[str]) -> list[Any]:
        make.cache_clear()
        return [make(cell, **more) for cell in cells]

    return normalise


def _remembered(make: Callable[[str], Any]) -> Normalise:
    """As services/imports/import_normalise.py does it."""

    def normalise(cells: Sequence[str]) -> list[Any]:
        made: dict[str, Any] = {}
        result = []
        for cell in cells:
            known = made.get(cell)
            if known is None:
                known = made[cell] = make(cell)
            result.append(known)
        return result

    return normalise


def _factorized(make: Callable[[str], Any]) -> Normalise:
    def normalise(cells: Sequence[str]) -> list[Any]:
        codes, distinct = pd.factorize(pd.Series(cells, dtype=object))
        made = [make(cell) for cell in distinct]
        return [made[code] for code in codes]

    return normalise


def _pandas_clean(cells: Sequence[str]) -> pd.Series:
    series = pd.Series(cells, dtype="string").str.normalize("NFC")
    # Arrow's texts hold no lone surrogates, nor does its pattern.
    series = series.str.replace(import_rows.FORBIDDEN.pattern.replace("\ud800-\udfff", ""), "", regex=True)
    return series.str.replace(r"\s+", " ", regex=True).str.strip().str.slice(0, 300)


def _pandas_names(cells: Sequence[str]) -> pd.DataFrame:
    return _pandas_clean(cells).str.rpartition(" ")


def _pandas_countries(cells: Sequence[str]) -> pd.Series:
    last = pd.Series(cells, dtype="string").str.rpartition(",")[2].str.strip().str.lower()
    return last.str.normalize("NFKD").str.replace("[\u0300-\u036f]", "", regex=True).map(country_names.NAMES).fillna("")


def _pandas_periods(cells: Sequence[str]) -> pd.DataFrame:
    ends = pd.Series(cells, dtype="string").str.split(" - ", n=1, expand=True, regex=False)
    return ends.apply(pd.to_datetime, format="%b %Y", errors="coerce")


def _pandas_months(cells: Sequence[str]) -> pd.Series:
    parts = pd.Series(cells, dtype="string").str.extract(r"(?:(\d+) yrs?)?\s*(?:(\d+) mos?)?")
    numbers = parts.apply(pd.to_numeric).fillna(0)
    return (numbers[0] * 12 + numbers[1]).where(lambda months: months <= import_dates.MOST_MONTHS)
