"""Settings that are each good, but not together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

# Where anyone can make an account: what an address is worth there, only the provider can say.
PUBLIC_ISSUERS = (
    "https://accounts.google.com", "https://appleid.apple.com", "https://gitlab.com", "https://login.microsoftonline.com/"
    "9188040d-6c67-4c5b-b112-36a304b66dad", "https://login.live.com", "https://www.linkedin.com/oauth",
)  # fmt: skip
# Not OPENAI_BASE_URL: a model of one's own may be on a network of one's own (doctor says what that means).
KEYS_SENT_TO = {
    "phantombuster_base_url": "phantombuster_api_key", "crustdata_base_url": "crustdata_api_key",
    "salesql_base_url": "salesql_api_key", "google_sheets_base_url": "google_service_account",
}  # fmt: skip
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def is_safe_address(url: str) -> bool:
    """Whether secrets may be sent there: https, or this machine itself."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))


def contradiction(values: Mapping[str, Any]) -> str:
    """One sentence that names the variables to change, or "". values: by field, as in config.Settings."""
    issuer = values["oidc_issuer"]
    if values["password_sign_in"] == "off" and not issuer:
        return "PASSWORD_SIGN_IN is off, and there is no OIDC_ISSUER to sign in by: set one of the two."
    for url, key in KEYS_SENT_TO.items():
        if values[key] and not is_safe_address(values[url]):
            return f"{url.upper()} must be an address that begins with https://: the key is sent there."
    if not issuer:
        return ""
    if not is_safe_address(issuer):
        return "OIDC_ISSUER must be an address that begins with https://."
    if values["oidc_email_trust"] == "issuer" and issuer.startswith(PUBLIC_ISSUERS):
        return "OIDC_EMAIL_TRUST is issuer, but anyone can have an account at this OIDC_ISSUER: leave it at claim."
    if not values["oidc_client_id"]:
        return "OIDC_ISSUER is set, but OIDC_CLIENT_ID is not: set what SourcingX is called at the provider."
    if values["oidc_new_users"] != "invited" and not values["oidc_domains"]:
        return "OIDC_NEW_USERS lets people in who were not invited: set OIDC_DOMAINS to say whose addresses."
    return ""
