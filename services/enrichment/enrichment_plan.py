"""Which vendors are asked for what, and in which order: the waterfall, from the settings. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.config import Settings
from services.enrichment import vendor_budget
from services.errors import BadInput

# What can be wanted, in the order in which it is asked for.
WANTS = ("history", "email", "phone")
NO_KEYS = {
    "history": "Careers come from Crustdata: an admin sets CRUSTDATA_API_KEY first.",
    "email": "E-mails come from SalesQL or Crustdata: an admin sets SALESQL_API_KEY or CRUSTDATA_API_KEY first.",
    "phone": "Telephone numbers come from SalesQL: an admin sets SALESQL_API_KEY first.",
}


@dataclass(frozen=True)
class Step:
    """A vendor who is asked for what of `gives` is still needed of a person."""

    vendor: str
    gives: tuple[str, ...]

    def state(self) -> dict[str, object]:
        return {"vendor": self.vendor, "gives": list(self.gives)}


def available(settings: Settings) -> set[str]:
    """Vendors whose key is set."""
    keys = {vendor_budget.CRUSTDATA: settings.crustdata_api_key, vendor_budget.SALESQL: settings.salesql_api_key}
    return {vendor for vendor, key in keys.items() if key}


def order_of(settings: Settings, want: str) -> tuple[str, ...]:
    """Who is asked for it, in order; only vendors whose key is set."""
    there = available(settings)
    return tuple(name for name in getattr(settings, f"enrich_{want}").split(",") if name in there)


def wants_of(settings: Settings, given: Sequence[str]) -> tuple[str, ...]:
    """What was chosen, checked. Raises BadInput for nothing, for something unknown and for what nobody can give."""
    if not given:
        raise BadInput("Choose what to look for: careers, e-mails or telephone numbers.")
    if not set(given) <= set(WANTS):
        raise BadInput("Only careers, e-mails and telephone numbers can be looked for.")
    for want in given:
        if not order_of(settings, want):
            raise BadInput(NO_KEYS[want])
    return tuple(want for want in WANTS if want in given)


def steps_of(settings: Settings, wants: Sequence[str]) -> tuple[Step, ...]:
    """The steps of a run: every want is asked for in its own order, and no vendor twice in a row.

    A vendor may come twice: where it is asked for careers anyway, and for e-mails only after another one. Whoever it
    was asked about the first time is not asked about again.
    """
    steps: list[tuple[str, list[str]]] = []
    for want in wants:
        behind = -1
        for vendor in order_of(settings, want):
            found = next((place for place in range(behind + 1, len(steps)) if steps[place][0] == vendor), None)
            if found is None:
                steps.append((vendor, [want]))
                behind = len(steps) - 1
            else:
                steps[found][1].append(want)
                behind = found
    return tuple(Step(vendor, tuple(gives)) for vendor, gives in steps)
