"""The clients of vendors that know people, as the settings have them. Job workers only: httpx2 is heavy."""

from __future__ import annotations

from services.config import Settings
from services.enrichment import vendor_budget
from services.vendors.crustdata import CrustdataClient
from services.vendors.lookups import Enricher
from services.vendors.salesql import SalesqlClient


def client_of(settings: Settings, vendor: str) -> Enricher:
    """To be closed. Raises NotSetUp, which says what to set."""
    s = settings
    if vendor == vendor_budget.SALESQL:
        return SalesqlClient(s.salesql_base_url, s.salesql_api_key, vendor_budget.limits_of(s, vendor).batch)
    return CrustdataClient(s.crustdata_base_url, s.crustdata_api_key, s.crustdata_api_generation, s.crustdata_credits)
