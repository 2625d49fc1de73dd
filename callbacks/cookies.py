"""Our cookies: out of reach of scripts, and over https only such as this host itself has set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from flask import request


@dataclass(frozen=True)
class Cookie:
    """One cookie. same_site: "Lax" where it has to come along when someone is sent here from another site."""

    base: str
    same_site: Literal["Lax", "Strict"]
    path: str = "/"

    @property
    def name(self) -> str:
        """What it is called in this request. Browsers take these prefixes only over https, and from nobody else."""
        if not request.is_secure:
            return self.base
        return ("__Host-" if self.path == "/" else "__Secure-") + self.base

    def read(self) -> str:
        """Its value, or ""."""
        return request.cookies.get(self.name, "")

    def put(self, response: Any, value: str, max_age_s: int) -> None:
        response.set_cookie(
            self.name, value, max_age=max_age_s, httponly=True, samesite=self.same_site, secure=request.is_secure,
            path=self.path,
        )  # fmt: skip

    def drop(self, response: Any) -> None:
        response.delete_cookie(
            self.name, httponly=True, samesite=self.same_site, secure=request.is_secure, path=self.path
        )


SESSION = Cookie("sx_session", "Lax")
# The other half of a sign-in form's proof that it is ours.
FORM = Cookie("sx_form", "Strict")
# Tells a browser that an account was signed in from before; lets nobody in by itself.
DEVICE = Cookie("sx_device", "Strict", "/login")
# Whether the window is too narrow for a grid: theme.js sets it, and nothing else of a cookie is for scripts.
NARROW = Cookie("sx_narrow", "Strict")
# State, nonce and PKCE verifier of a sign-in that is at the provider just now.
FLOW = Cookie("sx_flow", "Lax", "/login/oidc")
# That this browser's sign-in came from the provider, and so ends there, too. Not sent from anywhere else.
PROVIDER = Cookie("sx_provider", "Strict", "/login/out")
