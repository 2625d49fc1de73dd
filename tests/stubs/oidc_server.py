"""An identity provider over real HTTP, for tests: discovery, keys, code and token. Loopback only.

with OidcStub() as stub:
    code = stub.code_for(authorization_url)             # someone signs in there
    stub.claims["email_verified"] = False               # what its next token says
    stub.failing["token"] = 500                         # until it is taken out again
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from typing import Any, Self
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from tests.stubs.loopback import LoopbackServer, Reply, Request

CLIENT_ID, SECRET = "sourcingx-stub", "stub-secret"


class OidcStub:
    """claims: what tokens say beside the protocol's own; None takes one out. signing: the key of the next token.

    failing: "discovery", "keys", "token" or "userinfo" → status, or a body to answer with 200. asked: of each
    kind, how often. hold: while it is not set, whoever asks for a token waits. age_s: how old its tokens are.
    forging: "none" or "HS256" signs without the key, or with what is public. says: more for discovery.
    """

    def __init__(self) -> None:
        self.first = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})
        self.hold = threading.Event()
        self._codes: dict[str, dict[str, str]] = {}
        self.reset()

    def reset(self) -> None:
        """As it is at first, with its first key."""
        self.claims: dict[str, Any] = {
            "sub": "subject-1", "email": "dana@example.com", "email_verified": True, "name": "Dana Doe"}  # fmt: skip
        self.userinfo: dict[str, Any] = {}
        self.failing: dict[str, Any] = {}
        self.asked: dict[str, int] = {}
        self.says: dict[str, Any] = {}
        self.age_s = 0.0
        self.forging = ""
        self.keys: list[Any] = [self.first]
        self.signing: Any = self.first
        self.hold.set()

    def __enter__(self) -> Self:
        self._server = LoopbackServer(self._answer)
        self.issuer = f"http://127.0.0.1:{self._server.port}/realm"
        return self

    def __exit__(self, *_: object) -> None:
        self.hold.set()
        self._server.stop()

    @property
    def settings(self) -> dict[str, Any]:
        """The fields of Settings for this provider."""
        return {"oidc_issuer": self.issuer, "oidc_client_id": CLIENT_ID, "oidc_client_secret": SECRET,
                "oidc_name": "Example ID"}  # fmt: skip

    def rotate(self, kind: str = "RSA") -> None:
        """A new key signs from now on, and it alone is published."""
        kid = {"kid": secrets.token_hex(4), "use": "sig"}
        self.signing = ECKey.generate_key("P-256", kid) if kind == "EC" else RSAKey.generate_key(2048, kid)
        self.keys = [self.signing]

    def code_for(self, url: str) -> dict[str, str]:
        """Someone signs in where a browser was sent; the query that it comes back with."""
        asked = dict(parse_qsl(urlsplit(url).query))
        assert asked["response_type"] == "code" and asked["client_id"] == CLIENT_ID
        assert asked["code_challenge_method"] == "S256" and "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        return {"code": code, "state": asked["state"], "iss": self.issuer}

    def _answer(self, request: Request) -> Reply:
        kind = {"/realm/.well-known/openid-configuration": "discovery", "/realm/keys": "keys",
                "/realm/token": "token", "/realm/userinfo": "userinfo"}[request.path]  # fmt: skip
        self.asked[kind] = self.asked.get(kind, 0) + 1
        if kind in self.failing:
            wrong = self.failing[kind]
            return Reply(wrong, {"error": "server_error"}) if isinstance(wrong, int) else Reply(200, wrong)
        return getattr(self, f"_{kind}")(request)

    def _discovery(self, _: Request) -> Reply:
        names = ("authorization", "token", "userinfo")
        return Reply(200, {
            "issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys",
            **{f"{name}_endpoint": f"{self.issuer}/{name}" for name in names},
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
        } | self.says)  # fmt: skip

    def _keys(self, _: Request) -> Reply:
        published = KeySet(self.keys).as_dict(private=False)
        # Real providers publish kinds of keys, too, that a client need not know.
        published["keys"].append({"kty": "unheard-of", "kid": "other"})
        return Reply(200, published)

    def _token(self, request: Request) -> Reply:
        self.hold.wait()
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        basic = request.headers.get("authorization", "").removeprefix("Basic ")
        user, _, secret = base64.b64decode(basic).decode().partition(":")
        if basic:
            form |= {"client_id": unquote(user), "client_secret": unquote(secret)}
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, SECRET):
            return Reply(401, {"error": "invalid_client", "error_description": "canary-description"})
        asked = self._codes.pop(form.get("code", ""), None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).decode()
        if (
            asked is None
            or proof.rstrip("=") != asked["code_challenge"]
            or form["redirect_uri"] != asked["redirect_uri"]
        ):
            return Reply(400, {"error": "invalid_grant"})
        now = int(time.time() - self.age_s)
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
        } | self.claims
        header = {"alg": "ES256" if isinstance(self.signing, ECKey) else "RS256", "kid": self.signing.kid}
        if self.forging:
            return Reply(200, {"access_token": "x", "token_type": "Bearer", "id_token": self._forged(claims)})
        token = jwt.encode(header, {k: v for k, v in claims.items() if v is not None}, self.signing)
        return Reply(200, {"access_token": "stub-access", "token_type": "Bearer", "expires_in": 300, "id_token": token})

    def _userinfo(self, request: Request) -> Reply:
        if request.headers.get("authorization") != "Bearer stub-access":
            return Reply(401, {"error": "invalid_token"})
        return Reply(200, {"sub": self.claims["sub"]} | self.userinfo)

    def _forged(self, claims: dict[str, Any]) -> str:
        """Signed by nobody, or with the published key as if it were a shared secret."""
        head, body = (_part(json.dumps(part).encode()) for part in ({"alg": self.forging, "kid": "first"}, claims))
        public = self.first.as_pem(private=False)
        made = hmac.digest(public, f"{head}.{body}".encode(), "sha256") if self.forging == "HS256" else b""
        return f"{head}.{body}.{_part(made)}"


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
