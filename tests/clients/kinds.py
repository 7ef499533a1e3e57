"""Clients that bring routes of their own, each as a whole site with the lines of its page."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.clients.pasted import files_of
from tests.clients.portal import HERE, MODULES, environment

PORTALS = HERE.parents[1] / ".venv" / "portals" / "bin" / "python"
APACHE = Path("/usr/sbin/apache2")
APACHE_MODULES = Path("/usr/lib/apache2/modules")
IS_UP_WITHIN = 30.0
"""Seconds."""


@dataclass(frozen=True)
class Kind:
    """A client, and how its portal is registered and asked."""

    page: str
    """Of docs/portals, whose lines it runs."""
    driver: str
    callback: str
    options: tuple[str, ...] = ()
    """Of ``portico portal add``, besides the callback."""


KINDS = {
    "mozilla-django-oidc": Kind("mozilla-django-oidc.md", "django_site.py", "/oidc/callback/"),
    "social-auth": Kind("social-auth.md", "django_site.py", "/complete/oidc/"),
    "django-allauth": Kind(
        "django-allauth.md", "django_site.py", "/accounts/oidc/portico/login/callback/"
    ),
    "passport-openidconnect": Kind(
        "passport.md", "passport_site.mjs", "/callback", ("--without-pkce",)
    ),
    "mod_auth_openidc": Kind("mod-auth-openidc.md", "apache", "/oidc/callback"),
}


@contextmanager
def running_site(
    kind: Kind, folder: Path, *, issuer: str, client: tuple[str, str], port: int
) -> Iterator["subprocess.Popen[bytes]"]:
    """Start a portal of that kind with the docs' lines, and end it."""
    for name, text in files_of(kind.page).items():
        (folder / name).write_text(text)
    told = {
        "PORTICO_ISSUER": issuer,
        "PORTAL_CLIENT_ID": client[0],
        "PORTAL_CLIENT_SECRET": client[1],
        "PORTAL_URL": f"http://127.0.0.1:{port}",
        "PORTAL_COOKIE_SECRET": "of this test alone",
    }
    with _command(kind.driver, folder, port) as command, (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=environment() | told, stdout=log, stderr=log
        )
        try:
            yield process
        finally:
            process.terminate()
            process.wait()


def wait_for(process: "subprocess.Popen[bytes]", port: int, folder: Path) -> None:
    """Wait until somebody listens.

    Raises:
        RuntimeError: nobody does. It says what the portal wrote.
    """
    until = time.monotonic() + IS_UP_WITHIN
    while time.monotonic() < until and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), 1):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError((folder / "log").read_text()[-4000:])


@contextmanager
def _command(driver: str, folder: Path, port: int) -> Iterator[list[str]]:
    if driver == "apache":
        with _apache(folder, port) as command:
            yield command
        return
    (folder / driver).write_text((HERE / driver).read_text())
    if driver.endswith(".py"):
        yield [str(PORTALS), driver, str(port)]
        return
    (folder / "node_modules").symlink_to(MODULES)
    yield ["node", driver, str(port)]


_APACHE = """
ServerRoot {root}
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile {root}/pid
DefaultRuntimeDir {root}
ErrorLog {folder}/log
{user}
{modules}
DocumentRoot {root}/pages
FallbackResource /index.html
Header always set x-username expr=%{{REMOTE_USER}}
Header always set x-email "%{{OIDC_CLAIM_email}}e"
Include {folder}/portico.conf
"""
_MODULES = "mpm_event authn_core authz_core authz_user dir headers auth_openidc"


@contextmanager
def _apache(folder: Path, port: int) -> Iterator[list[str]]:
    # Its children are another user's where root starts it, and read no folder of pytest's.
    root = Path(tempfile.mkdtemp(prefix="portico-apache-"))
    try:
        root.chmod(0o755)
        (root / "pages").mkdir()
        (root / "pages" / "index.html").write_text("A page of Apache's")
        loads = (
            f"LoadModule {each}_module {APACHE_MODULES}/mod_{each}.so" for each in _MODULES.split()
        )
        user = "User www-data\nGroup www-data" if os.geteuid() == 0 else ""
        (folder / "httpd.conf").write_text(
            _APACHE.format(root=root, port=port, folder=folder, user=user, modules="\n".join(loads))
        )
        yield [str(APACHE), "-D", "FOREGROUND", "-f", str(folder / "httpd.conf")]
    finally:
        shutil.rmtree(root)


def missing(kind: Kind) -> str:
    """Say what this machine lacks for it; nothing mostly."""
    if kind.driver == "apache" and not (APACHE_MODULES / "mod_auth_openidc.so").exists():
        return "Apache's module is missing: apt-get install apache2 libapache2-mod-auth-openidc"
    assert kind.driver != "django_site.py" or PORTALS.exists(), f"make clients, for {sys.prefix}"
    return ""
