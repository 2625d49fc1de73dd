"""deploy/nginx.conf as it stands, with the system's nginx in front of the real gunicorn."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from benchmarks.web import Web, serving
from callbacks.documents import asset_url
from callbacks.session import CSRF_HEADER
from services.access import identity
from services.access.identity import Actor
from services.config import Settings
from services.runtime import Runtime
from tests.waiting import until

CONF = Path(__file__).parents[2] / "deploy" / "nginx.conf"
# Where Debian has it, which make test installs: elsewhere nginx may be without.
BROTLI = Path("/usr/lib/nginx/modules/ngx_http_brotli_filter_module.so")
pytestmark = pytest.mark.nginx


@dataclass
class Front:
    """nginx in front of the product."""

    http: str
    https: str
    log: Path
    conf: Path
    process: subprocess.Popen[bytes]
    web: Web

    def change(self, *changes: tuple[str, str]) -> None:
        """Have it read its configuration again, with these in it."""
        text = self.conf.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        self.conf.write_text(text, encoding="utf-8")
        self.process.send_signal(signal.SIGHUP)

    def begin(self) -> ssl.SSLSocket:
        """A request that is under way: nginx has its headers, and waits for its body."""
        trust = ssl.create_default_context()
        trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
        host, _, port = self.https.removeprefix("https://").partition(":")
        line = trust.wrap_socket(socket.create_connection((host, int(port)), timeout=60))
        line.sendall(b"POST /_dash-update-component HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n")
        return line

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.request("GET", path, **options)

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        # By several threads at once, so its own certificate is trusted and no warning silenced.
        trusted = str(self.conf.with_name("tls.crt"))
        return requests.request(method, self.https + path, verify=trusted, timeout=60, allow_redirects=False, **options)


def free_ports() -> tuple[int, int]:
    """Two that were free at one time, so that they differ."""
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return int(one.getsockname()[1]), int(other.getsockname()[1])


@pytest.fixture
def front(settings: Settings, tmp_path: Path) -> Iterator[Front]:
    with fronted(settings, tmp_path, {"WEB_WORKERS": "1"}) as found:
        yield found


@contextmanager
def fronted(settings: Settings, tmp_path: Path, more: dict[str, str]) -> Iterator[Front]:
    """nginx and the product behind it. more: of its environment."""
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    assert nginx is not None, "nginx is not installed: run make test, or make test-fast"
    place = tmp_path / "nginx"
    place.mkdir()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", place / "tls.key", "-out", place / "tls.crt"], check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    plain, tls = free_ports()
    with serving(settings, tmp_path / "web", more) as web:
        text = CONF.read_text(encoding="utf-8")
        for old, new in (
            ("/tmp/", f"{place}/"), ("/var/cache/nginx/", f"{place}/"),
            ("/run/secrets/tls_certificate", f"{place}/tls.crt"), ("/run/secrets/tls_key", f"{place}/tls.key"),
            ("web:8050", web.url.removeprefix("http://")),
            ("listen 8080", f"listen 127.0.0.1:{plain}"), ("listen 8443", f"listen 127.0.0.1:{tls}"),
            ("/dev/stdout", f"{place}/access.log"), ("/dev/stderr", f"{place}/error.log"),
            ("/etc/nginx/sourcingx/", f"{place}/more/"),
        ):  # fmt: skip
            assert old in text, old
            text = text.replace(old, new)
        if BROTLI.exists():
            (place / "more").mkdir()
            shutil.copy(CONF.with_name("brotli.conf"), place / "more")
        conf = place / "nginx.conf"
        conf.write_text(text, encoding="utf-8")
        checked = subprocess.run([nginx, "-t", "-c", conf], capture_output=True, text=True, timeout=60)
        assert checked.returncode == 0, checked.stderr
        # As root its workers would be nobody, whom the test's folder keeps out.
        extra = "daemon off; user root;" if os.getuid() == 0 else "daemon off;"
        process = subprocess.Popen([nginx, "-c", conf, "-g", extra])
        try:
            urls = f"http://127.0.0.1:{plain}", f"https://127.0.0.1:{tls}"
            found = Front(*urls, place / "access.log", conf, process, web)
            until(lambda: _answers(found), "nginx does not answer")
            yield found
        finally:
            process.terminate()
            process.wait(timeout=60)


def _is_hardened(answer: requests.Response) -> None:
    """The headers of nginx's own answers, each once: those of the app are in test_security_headers.py."""
    for name in (
        "Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Permissions-Policy",
        "Cross-Origin-Opener-Policy", "Strict-Transport-Security", "Cache-Control",
    ):  # fmt: skip
        assert answer.headers.get(name) and ", nosniff" not in answer.headers[name], name


def _answers(front: Front) -> bool:
    try:
        return front.get("/healthz").json() == {"status": "ok"}
    except requests.RequestException:
        return False


def test_it_serves_the_product_by_https_within_its_limits(front: Front, rt: Runtime, alice: Actor) -> None:
    # Everything comes by https, and the product knows it.
    moved = requests.get(f"{front.http}/search/x?q=1", timeout=60, allow_redirects=False)
    assert (moved.status_code, moved.headers["Location"]) == (308, "https://127.0.0.1/search/x?q=1")
    form = front.get("/login")
    assert form.headers["Strict-Transport-Security"].startswith("max-age=")
    assert "Secure" in form.headers["Set-Cookie"]
    assert form.headers["Content-Encoding"] == "gzip"
    assert "nginx/" not in form.headers["Server"]
    takes_all = {"Accept-Encoding": "gzip, deflate, br"}
    for path in ("/login", asset_url("tokens.css")):
        packed = front.get(path, headers=takes_all, stream=True)
        assert packed.headers["Content-Encoding"] == ("br" if BROTLI.exists() else "gzip"), path
        assert "Accept-Encoding" in packed.headers["Vary"]
        packed.close()

    # A form of our own is taken: host and scheme are those that the browser sees.
    token = identity.make_login_link(rt, "alice@example.com")
    page = front.get(f"/login/{token}")
    csrf = page.cookies["__Host-sx_form"]
    signed_in = front.request("POST", f"/login/{token}", data={"csrf_token": csrf}, cookies={"__Host-sx_form": csrf},
                              headers={"Origin": front.https})  # fmt: skip
    assert signed_in.status_code == 303, signed_in.text
    assert "__Host-sx_session=" in signed_in.headers["Set-Cookie"]

    # Files are kept under today's address and no other; pages are not.
    styles = asset_url("app.css")
    more = styles.replace("?", "?x=1&")
    for url, found in ((styles, "MISS"), (styles, "HIT"), (more, "MISS"), (more, "MISS"), ("/assets/app.css", "MISS")):
        kept = front.get(url)
        assert (kept.status_code, kept.headers.get("X-Cache")) == (200, found), url
    assert "X-Cache" not in form.headers

    # A call is small; only an upload may be large, and a stranger's is refused.
    too_large = front.request("POST", "/_dash-update-component", data=b"x" * 2_200_000)
    assert (too_large.status_code, too_large.json()) == (413, {"error": "This is too large to be taken."})
    _is_hardened(too_large)
    own = {"cookies": {"__Host-sx_session": signed_in.cookies["__Host-sx_session"]}}
    token_of_page = re.search(r'<meta name="csrf-token" content="([0-9a-f]+)">', front.get("/", **own).text)
    assert token_of_page
    large = front.request("POST", "/uploads", files={"file": ("people.csv", b"name\n" + b"Ana Lima\n" * 250_000)},
                          headers={"Origin": front.https, CSRF_HEADER: token_of_page[1]}, **own)  # fmt: skip
    assert large.status_code == 200, large.text
    assert large.json()["upload_id"]

    # Without a sign-in, or with one that has ended, it is refused in words before any of it is read; what is no
    # page of ours asks for nothing, and the way to ask is nobody's to use.
    file = {"file": ("people.csv", b"name\n" + b"Ana Lima\n" * 1_000_000)}
    proof = {"Origin": front.https, CSRF_HEADER: token_of_page[1]}
    ended = {"cookies": {"__Host-sx_session": "ended"}}
    for given, headers, status in ((ended, proof, 401), ({}, {}, 401), (own, {"Origin": front.https}, 403),
                                   (own, proof | {"Origin": "https://evil.example"}, 403)):  # fmt: skip
        refused = front.request("POST", "/uploads", files=file, headers=headers, **given)
        assert refused.status_code == status, refused.text
        assert refused.json()["error"]
        _is_hardened(refused)
    # nginx writes its line when it has let go of the connection, which may be after the answer was read.
    until(lambda: len(re.findall(r" /uploads 40[13] ", front.log.read_text(encoding="utf-8"))) == 4,
          "a refused upload is not in the log once")  # fmt: skip
    # The page asks first, too; nginx's own way to ask is not for others.
    assert front.get("/uploads/allowed", headers=proof, **own).status_code == 204
    assert front.get("/own/may-upload", headers=proof, **own).status_code == 404

    # A page that nginx itself refuses is one that a person can read.
    page = front.get("/own/may-upload", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["Content-Type"]) == (404, "text/html")
    assert "There is no such page." in page.text
    _is_hardened(page)

    # Passwords are tried slowly, and looking at the page is no trying.
    assert {front.get("/login").status_code for _ in range(30)} == {200}
    answers = [front.request("POST", "/login", data={"email": "a@b.ch"}).status_code for _ in range(30)]
    assert 429 in answers and set(answers) <= {403, 429}

    # The log has neither tokens nor what people looked for, in a line that is there.
    front.get("/nowhere?q=canary")
    until(lambda: " GET /nowhere " in front.log.read_text(encoding="utf-8"), "the request is not in the log", 20)
    log = front.log.read_text(encoding="utf-8")
    assert "/login/-" in log
    assert token not in log and "canary" not in log

    # A whole office comes from one address: what its people have under way keeps nobody out.
    with ExitStack() as office:
        for _ in range(60):
            office.enter_context(front.begin())
        assert front.get("/healthz").status_code == 200

    # Looking at the page has the limit that all of an address has, as the rest of the product: with a hundredth of
    # it, nobody's requests are too slow to come up to it.
    front.change(("rate=200r/s", "rate=30r/m"), ("burst=800", "burst=80"))

    def refused() -> list[requests.Response]:
        answers = (front.get("/login", headers={"Accept": "text/html"}) for _ in range(120))
        return [answer for answer in answers if answer.status_code == 429][:1]

    (page,) = until(refused, "there is no limit to looking at the page", 60)
    assert "Wait a moment" in page.text
    _is_hardened(page)


@pytest.mark.faults
def test_no_request_is_lost_while_workers_are_replaced(
    settings: Settings, rt: Runtime, alice: Actor, tmp_path: Path
) -> None:
    """Nobody asks again here: a call that changes something is sent once, or it may be done twice."""
    few = {"WEB_WORKERS": "2", "GUNICORN_CMD_ARGS": "--max-requests 20 --max-requests-jitter 20"}
    with fronted(settings, tmp_path, few) as front:
        before, seen = front.web.workers(), set[int]()
        token = identity.make_login_link(rt, "alice@example.com")
        csrf = front.get(f"/login/{token}").cookies["__Host-sx_form"]
        signed_in = front.request("POST", f"/login/{token}", data={"csrf_token": csrf},
                                  cookies={"__Host-sx_form": csrf}, headers={"Origin": front.https})  # fmt: skip
        cookies = {"__Host-sx_session": signed_in.cookies["__Host-sx_session"]}
        page = front.get("/", cookies=cookies).text
        found = re.search(r'<meta name="csrf-token" content="([0-9a-f]+)">', page)
        assert found
        headers = {"Origin": front.https, CSRF_HEADER: found[1]}

        def change(number: int) -> int:
            theme = {"theme": ("dark", "light")[number % 2]}
            return front.request("POST", "/preferences/theme", data=theme, cookies=cookies, headers=headers).status_code

        with ThreadPoolExecutor(4) as pool:
            for done, status in enumerate(pool.map(change, range(400))):
                assert status == 204
                if done in (100, 250):
                    front.web.renew()
                seen |= front.web.workers()
        assert len(seen - before) > 6
