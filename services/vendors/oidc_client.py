"""Asks an identity provider who someone is: OpenID Connect, authorization code with PKCE.

For web processes, and so Authlib and requests are imported where they are first used: whoever has no provider
does not pay for them. What cannot be trusted is one of these, and never an identity:

ProviderError
├── ProviderDown       no answer in time, an error of its own, or no JSON
├── ProviderMisset     what it says of itself does not fit the settings, or it refuses SourcingX itself
├── CodeRefused        it does not take this sign-in's code
└── UntrustedToken     wrong signature, issuer, audience or nonce, expired, or no token at all

Nothing is logged: not the code, not the token, not whose it is.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from services.access import addresses
from services.config_checks import is_safe_address

TIMEOUT_S = 5.0
# What a provider publishes about itself is kept so long; its keys are asked for again when one is not among them.
KEEP_S = 3600.0
# A provider that did not answer is not asked again at once: each question holds a thread for seconds.
RETRY_S = 2.0
# The clocks of two servers may differ by this much.
LEEWAY_S = 60
SCOPE = "openid email profile"
# What providers say of an address, and the values that mean yes: some send the word instead of the value. xms_edov is
# Entra's: the owner of the address's domain has been verified.
VERIFIED = {"email_verified": (True, "true"), "xms_edov": (True, "true", "1")}
# Signed with a private key only: with a shared secret or none at all, anyone who knows it could sign.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]


class ProviderError(Exception):
    """Base of what can go wrong with a provider."""


class ProviderDown(ProviderError):
    pass


class ProviderMisset(ProviderError):
    pass


class CodeRefused(ProviderError):
    pass


class UntrustedToken(ProviderError):
    pass


@dataclass(frozen=True)
class Identity:
    """Who someone is, as the provider vouches for. email is "" where it says none."""

    issuer: str
    subject: str
    email: str
    email_verified: bool
    name: str


class OidcClient:
    """One provider. vouches: its addresses are verified where it does not say whether they are. now: seconds since
    1970 for what tokens say; tick: seconds that never jump, for what is kept."""

    def __init__(
        self,
        issuer: str,
        client_id: str,
        client_secret: str,
        *,
        vouches: bool = False,
        timeout_s: float = TIMEOUT_S,
        now: Callable[[], float] = time.time,
        tick: Callable[[], float] = time.monotonic,
    ) -> None:
        self._issuer, self._client_id, self._client_secret = issuer, client_id, client_secret
        self._vouches, self._timeout_s, self._now, self._tick = vouches, timeout_s, now, tick
        # (when, what); replaced as a whole, so that threads need no lock.
        self._metadata: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, dict[str, Any]] | None = None
        self._down_until = float("-inf")

    def authorization_url(self, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
        """Where to send the browser. Raises ProviderDown, ProviderMisset."""
        endpoint = self.metadata()["authorization_endpoint"]
        with self._session(redirect_uri) as session:
            url, _ = session.create_authorization_url(endpoint, state=state, nonce=nonce, code_verifier=verifier)
        return str(url)

    def sign_out_url(self, back_to: str) -> str:
        """Where a browser ends its sign-in at the provider (RP-Initiated Logout 1.0), which then sends it back_to.

        "" where the provider has no such address. No token goes along, since none is kept: the provider may ask.
        Raises ProviderDown, ProviderMisset.
        """
        from authlib.common.urls import add_params_to_uri

        endpoint = str(self.metadata().get("end_session_endpoint", ""))
        if not is_safe_address(endpoint):
            return ""
        params = [("client_id", self._client_id), ("post_logout_redirect_uri", back_to)]
        return str(add_params_to_uri(endpoint, params))

    def identify(self, code: str, redirect_uri: str, nonce: str, verifier: str) -> Identity:
        """Whose a code is. Raises ProviderError."""
        with self._session(redirect_uri) as session:
            token = self._token(session, code, verifier)
            claims = self._claims(token, nonce)
        more: dict[str, Any] = {}
        email, verified = _address_in(claims)
        if not email:
            # An address counts with what is said of it in the same place.
            more = self._userinfo(token, str(claims["sub"]))
            email, verified = _address_in(more)
        elif verified is None and not self._vouches:
            with suppress(ProviderError):
                other, said = _address_in(self._userinfo(token, str(claims["sub"])))
                verified = said if addresses.key(other) == addresses.key(email) else None
        name = claims.get("name") or more.get("name")
        return Identity(
            str(claims["iss"]), str(claims["sub"]), email, self._vouches if verified is None else verified,
            " ".join(name.split())[:200] if isinstance(name, str) else "",
        )  # fmt: skip

    def metadata(self) -> dict[str, Any]:
        """What the provider publishes of itself. Raises ProviderDown, ProviderMisset."""
        if self._metadata and self._tick() - self._metadata[0] < KEEP_S:
            return self._metadata[1]
        found = self._get(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        # OpenID Connect Discovery 4.3: else someone else speaks for it. A last "/" is often forgotten in settings.
        if str(found.get("issuer", "")).rstrip("/") != self._issuer.rstrip("/"):
            raise ProviderMisset("issuer")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not is_safe_address(str(found.get(name, ""))):
                raise ProviderMisset(name)
        self._metadata = (self._tick(), found)
        return found

    def _token(self, session: Any, code: str, verifier: str) -> Mapping[str, Any]:
        import requests
        from authlib.integrations.base_client import OAuthError

        self._ask_only_if_up()
        try:
            found = session.fetch_token(
                self.metadata()["token_endpoint"], grant_type="authorization_code", code=code, code_verifier=verifier,
                allow_redirects=False,
            )  # fmt: skip
        except OAuthError as error:
            kind = ProviderMisset if error.error in {"invalid_client", "unauthorized_client"} else CodeRefused
            # A word of the protocol, for the log; anything else could write lines of its own.
            raise kind(error.error if re.fullmatch(r"[a-z_]{1,40}", str(error.error)) else "no word") from None
        except (requests.RequestException, ValueError, TypeError, AttributeError) as error:
            raise self._down(error) from None
        if not isinstance(found, Mapping) or not isinstance(found.get("id_token"), str):
            raise UntrustedToken("no token")
        return found

    def _claims(self, token: Mapping[str, Any], nonce: str) -> dict[str, Any]:
        from authlib.oidc.core import CodeIDToken
        from joserfc.errors import JoseError

        options = {
            "iss": {"essential": True, "value": self.metadata()["issuer"]},
            "aud": {"essential": True, "value": self._client_id},
            "sub": {"essential": True, "allow_blank": False},
        }
        params = {"nonce": nonce, "client_id": self._client_id, "access_token": token.get("access_token")}
        try:
            decoded = self._decoded(token["id_token"])
            claims = CodeIDToken(decoded.claims, decoded.header, options, params)
            claims.validate(now=int(self._now()), leeway=LEEWAY_S)
        except (JoseError, ValueError, TypeError) as error:
            raise UntrustedToken(type(error).__name__) from None
        return dict(claims)

    def _decoded(self, id_token: str) -> Any:
        """The token with its signature checked; once more with new keys, where the provider has changed them."""
        from joserfc import jwt
        from joserfc.errors import BadSignatureError, InvalidKeyIdError

        try:
            return jwt.decode(id_token, self._key_set(), algorithms=ALGORITHMS)
        except (BadSignatureError, InvalidKeyIdError):
            self._keys = None
            return jwt.decode(id_token, self._key_set(), algorithms=ALGORITHMS)

    def _key_set(self) -> Any:
        from joserfc.jwk import KeySet

        if self._keys is None or self._tick() - self._keys[0] >= KEEP_S:
            self._keys = (self._tick(), self._get(self.metadata()["jwks_uri"]))
        found = self._keys[1].get("keys")
        # Providers publish keys for encryption, too, and kinds that are not known here.
        keys = [key for key in found if isinstance(key, dict) and key.get("kty") in {"RSA", "EC", "OKP"}
                and key.get("use", "sig") == "sig"] if isinstance(found, list) else []  # fmt: skip
        return KeySet.import_key_set({"keys": keys})

    def _userinfo(self, token: Mapping[str, Any], subject: str) -> dict[str, Any]:
        """What the provider says on request; {} where it says nothing, or speaks of someone else."""
        endpoint = str(self.metadata().get("userinfo_endpoint", ""))
        if not token.get("access_token") or not is_safe_address(endpoint):
            return {}
        found = self._get(endpoint, headers={"Authorization": f"Bearer {token['access_token']}"})
        return found if found.get("sub") == subject else {}

    def _get(self, url: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        import requests

        self._ask_only_if_up()
        try:
            with requests.Session() as session:
                answer = session.get(url, headers=headers, timeout=self._timeout_s, allow_redirects=False)
            if answer.status_code != 200:
                raise ValueError(f"status {answer.status_code}")
            found = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise self._down(error) from None
        if not isinstance(found, dict):
            raise self._down(TypeError("no object"))
        return found

    def _session(self, redirect_uri: str) -> Any:
        from authlib.integrations.requests_client import OAuth2Session

        return OAuth2Session(
            self._client_id, self._client_secret or None, token_endpoint_auth_method=self._auth_method(),
            scope=SCOPE, redirect_uri=redirect_uri, code_challenge_method="S256", default_timeout=self._timeout_s,
        )  # fmt: skip

    def _auth_method(self) -> str:
        if not self._client_secret:
            return "none"
        known = self.metadata().get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        return "client_secret_post" if "client_secret_basic" not in known else "client_secret_basic"

    def _ask_only_if_up(self) -> None:
        if self._tick() < self._down_until:
            raise ProviderDown("did not answer a moment ago")

    def _down(self, error: Exception) -> ProviderDown:
        self._down_until = self._tick() + RETRY_S
        # The type alone: messages of libraries quote addresses and answers.
        return ProviderDown(type(error).__name__)


def _address_in(claims: Mapping[str, Any]) -> tuple[str, bool | None]:
    """The address, "" without one, and whether it is verified; None where nothing is said of that."""
    given = claims.get("email")
    good = isinstance(given, str) and "@" in given and len(given) <= 320 and given.isprintable() and " " not in given
    said = [claims[name] in yes for name, yes in VERIFIED.items() if claims.get(name) is not None]
    return (str(given) if good else ""), (all(said) if said else None)
