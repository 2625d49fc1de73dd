"""How far recruiters and the model agree on a search's criteria."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from layouts.page_agreement import agreement_page
from services.access.identity import Actor
from services.figures import agreement, agreement_drift
from services.runtime import Runtime
from services.screening import prescreen_measure
from services.searches import searches


def page(rt: Runtime, actor: Actor, search_id: UUID, version: int | None = None) -> Any:
    """The page of one version of the criteria, the newest unless the address names one."""
    search = searches.get_search(rt, actor, search_id)
    found = agreement.of_search(rt, actor, search.id, version)
    picked, drift = prescreen_measure.of_search(rt, actor, search.id), agreement_drift.of_search(rt, actor, search.id)
    return agreement_page(search_id=str(search.id), title=search.title, found=found, picked=picked, drift=drift)
