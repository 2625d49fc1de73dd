"""Signing in, passwords, one's own sign-ins."""

from __future__ import annotations

from typing import Any

# Sign-in page
LOGIN_EMAIL = "login-email"
LOGIN_PASSWORD = "login-password"
LOGIN_SUBMIT = "login-submit"
LOGIN_PROVIDER = "login-provider"

# Setting a password: by a link, and on one's own page
PASSWORD_OLD = "password-old"
PASSWORD_NEW = "password-new"
PASSWORD_AGAIN = "password-again"
PASSWORD_SAVE = "password-save"
PASSWORD_PROBLEM = "password-problem"
ACCOUNT_SESSIONS = "account-sessions"


def account_end(session_id: Any) -> dict[str, Any]:
    """The button that ends one of one's own sign-ins. session_id may be dash.ALL."""
    return {"type": "account-end", "id": session_id}
