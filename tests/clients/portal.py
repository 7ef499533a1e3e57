"""A portal's back end in a process of its own, with a client library that nobody here wrote."""

import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.clients.pasted import files_of

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
ANSWERS_WITHIN = 30.0
"""Seconds."""


@dataclass(frozen=True)
class Library:
    """A client library, and how its portal is registered and told where Portico is."""

    page: str
    """Of docs/portals, whose lines it runs."""
    driver: str
    issuer: str = "PORTICO_ISSUER"
    id: str = "PORTAL_CLIENT_ID"
    secret: str = "PORTAL_CLIENT_SECRET"
    callback: str = "/callback"
    is_public: bool = False
    audience: str = ""
    """What its access tokens are for; the workspace otherwise."""
    more: tuple[tuple[str, str], ...] = ()


OPENID_CLIENT = Library(
    "openid-client.md", "openid_client.mjs", audience="https://api.help.acme.example"
)
AUTHJS = Library(
    "authjs.md",
    "authjs.mjs",
    "AUTH_PORTICO_ISSUER",
    "AUTH_PORTICO_ID",
    "AUTH_PORTICO_SECRET",
    "/auth/callback/portico",
    more=(("AUTH_SECRET", "of this test alone, and long enough for it"),),
)
LIBRARIES = {
    "openid-client": OPENID_CLIENT,
    "openid-client-public": Library("openid-client.md", "openid_client.mjs", is_public=True),
    "authjs": AUTHJS,
    "authjs-userinfo": Library(
        AUTHJS.page,
        AUTHJS.driver,
        AUTHJS.issuer,
        AUTHJS.id,
        AUTHJS.secret,
        AUTHJS.callback,
        more=(*AUTHJS.more, ("ASKS_USERINFO", "yes")),
    ),
    "authlib": Library("python.md", "authlib_client.py"),
    "oidc-client-ts": Library("oidc-client-ts.md", "oidc_client_ts.mjs", is_public=True),
}


class ClientRefused(Exception):
    """The library raised; the argument is its OAuth error, or its own code or message."""


@dataclass(frozen=True)
class Portal:
    """The back end. It keeps one browser's session."""

    process: subprocess.Popen[str]

    def does(self, what: str, **asked: Any) -> Any:
        """Let it do something, and return what it says.

        Raises:
            ClientRefused: its library raised.
        """
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps({"do": what, **asked}) + "\n")
        self.process.stdin.flush()
        ready, _, _ = select.select([self.process.stdout], [], [], ANSWERS_WITHIN)
        assert ready, f"no answer to {what}"
        line = self.process.stdout.readline()
        assert line, f"the portal ended at {what}: see what it said above"
        answer = json.loads(line)
        if "refused" in answer:
            refused = ClientRefused(answer["refused"])
            refused.add_note(answer["text"])
            raise refused
        return answer["said"]


@contextmanager
def running_portal(
    library: Library, folder: Path, *, issuer: str, client: tuple[str, str], url: str
) -> Iterator[Portal]:
    """Start a portal of that library with the docs' lines, and end it."""
    for name, text in files_of(library.page).items():
        (folder / name).write_text(text)
    is_node = library.driver.endswith(".mjs")
    # Beside the docs' lines, from where Node looks for packages.
    for name in (library.driver, "line_by_line.mjs"):
        (folder / name).write_text((HERE / name).read_text())
    (folder / "node_modules").symlink_to(MODULES)
    told = {library.issuer: issuer, library.id: client[0], "PORTAL_URL": url}
    if client[1]:
        told[library.secret] = client[1]
    process = subprocess.Popen(
        ["node" if is_node else sys.executable, library.driver],
        cwd=folder,
        env=environment() | told | dict(library.more),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Portal(process)
    finally:
        process.kill()
        process.communicate()


def environment() -> dict[str, str]:
    """Return what a portal's process is told of this machine."""
    # No path to Portico's own code: the portal has its library and nothing else.
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
