"""The waterfall: who is asked for what, in which order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.config import Settings
from services.enrichment.enrichment_plan import order_of, steps_of, wants_of
from services.errors import BadInput

BOTH = replace(Settings.from_env({}), salesql_api_key="a", crustdata_api_key="b")


@pytest.mark.parametrize(
    ("wants", "order", "steps"),
    [
        (["history"], "salesql,crustdata", [("crustdata", ["history"])]),
        (["email"], "salesql,crustdata", [("salesql", ["email"]), ("crustdata", ["email"])]),
        (["email", "phone"], "salesql,crustdata", [("salesql", ["email", "phone"]), ("crustdata", ["email"])]),
        (["history", "email"], "crustdata,salesql", [("crustdata", ["history", "email"]), ("salesql", ["email"])]),
        # Asked for careers anyway, but for e-mails only after SalesQL.
        (["history", "email"], "salesql,crustdata",
         [("crustdata", ["history"]), ("salesql", ["email"]), ("crustdata", ["email"])]),
        (["email"], "salesql", [("salesql", ["email"])]),
    ],
)  # fmt: skip
def test_every_want_is_asked_for_in_its_own_order(
    wants: list[str], order: str, steps: list[tuple[str, list[str]]]
) -> None:
    found = steps_of(replace(BOTH, enrich_email=order), wants)
    assert [(step.vendor, list(step.gives)) for step in found] == steps


def test_a_vendor_without_a_key_is_nobody() -> None:
    assert order_of(replace(BOTH, salesql_api_key=""), "email") == ("crustdata",)


@pytest.mark.parametrize(
    ("given", "said"),
    [([], "Choose what"), (["salary"], "Only careers"), (["phone"], "SALESQL_API_KEY"), (["history"], "CRUSTDATA")],
)
def test_what_cannot_be_had_is_said(given: list[str], said: str) -> None:
    none = replace(BOTH, salesql_api_key="", crustdata_api_key="")
    with pytest.raises(BadInput, match=said):
        wants_of(none, given)


def test_wants_come_in_one_order() -> None:
    assert wants_of(BOTH, ["phone", "history"]) == ("history", "phone")


@pytest.mark.parametrize("given", ["salesql,salesql", "linkedin", ","])
def test_an_order_that_is_none_is_refused_at_the_start(given: str) -> None:
    with pytest.raises(BadInput, match="ENRICH_EMAIL"):
        Settings.from_env({"ENRICH_EMAIL": given})


@pytest.mark.parametrize("given", ["x", "-1", "NaN", "1001"])
def test_a_price_that_is_none_is_refused_at_the_start(given: str) -> None:
    with pytest.raises(BadInput, match="SALESQL_CREDIT_USD"):
        Settings.from_env({"SALESQL_CREDIT_USD": given})
