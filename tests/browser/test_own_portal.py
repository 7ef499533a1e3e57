"""A page of a developer's own, without a back end, signs contacts in at `make run`
(local/own_portals.py)."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

PAGE = """<!doctype html>
<html lang="en"><title>Mine</title><link rel="icon" href="data:,"><p id="who">Nobody yet</p>
<script type="module">
  const issuer = "ISSUER", client_id = "prt_acme_mine", redirect_uri = `${location.origin}/callback`;
  const read = async (answer) => (await answer).json();
  const base64url = (bytes) =>
    btoa(String.fromCharCode(...bytes)).replace(/[+]/g, "-").replaceAll("/", "_").replace(/=+$/, "");
  const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));
  const config = await read(fetch(`${issuer}/.well-known/openid-configuration`));
  const came = new URLSearchParams(location.search);
  if (!came.has("code")) {
    const state = random(), verifier = random();
    Object.assign(sessionStorage, { state, verifier });
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
    const asked = { response_type: "code", client_id, redirect_uri, scope: "openid email", state,
      nonce: random(), code_challenge: base64url(new Uint8Array(digest)), code_challenge_method: "S256" };
    location.assign(`${config.authorization_endpoint}?${new URLSearchParams(asked)}`);
  } else if (came.get("state") === sessionStorage.state) {
    const grant = { grant_type: "authorization_code", code: came.get("code"), redirect_uri, client_id,
      code_verifier: sessionStorage.verifier };
    const body = new URLSearchParams(grant);
    const { access_token } = await read(fetch(config.token_endpoint, { method: "POST", body }));
    const headers = { authorization: `Bearer ${access_token}` };
    const person = await read(fetch(config.userinfo_endpoint, { headers }));
    document.getElementById("who").textContent = `Signed in: ${person.email}`;
  }
</script></html>"""


@pytest.fixture
def own_portal(house) -> Iterator[str]:
    """The origin of the page, which is registered as a public client."""
    page = PAGE.replace("ISSUER", house.origin).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", urlsplit(house.own_portal).port or 80), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    callback = f"{house.own_portal}/callback"
    house.team("portal", "add", "acme", "mine", "--public", "--replace", "--redirect-uri", callback)
    yield house.own_portal
    house.team("portal", "remove", "acme", "mine", "--yes")
    server.shutdown()
    thread.join()
    server.server_close()


class TestAPageOfADevelopers:
    def test_signs_contacts_in_from_the_browser_alone(self, person, own_portal):
        person.opens(f"{own_portal}/")

        person.asks_for_a_code("ben@example.com")
        person.types(person.reads_the_code())
        person.continues()

        expect(person.page.locator("#who")).to_have_text("Signed in: ben@example.com")
        assert person.page.url.startswith(f"{own_portal}/callback?")
