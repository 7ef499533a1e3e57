"""A whole Portico on this machine (`make run`), and what a test asks it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.browser.terminal import Terminal
from tests.support.free_ports import free_port

ROOT = Path(__file__).parents[2]
IS_UP_WITHIN = 90.0
"""Seconds; a cold start makes tables and keys, a busy machine takes its time."""
IS_READY = "Ready in"
"""What it says when all is there, also what an option adds."""
IS_MAILED_WITHIN = 20.0
ENDS_WITHIN = 15.0

CODE = re.compile(r"\b([0-9BCDFGHJKMNPQRSTVWXYZ]{3})-([0-9BCDFGHJKMNPQRSTVWXYZ]{4})\b")


@dataclass
class House:
    """The front of a running Portico."""

    origin: str
    read_before: int = 0
    """The newest mail that is no longer of interest, by its id."""
    own_portal: str = "http://localhost:3000"
    """The origin that a developer's own portal would have. Nothing is there."""

    @cached_property
    def world(self) -> dict[str, Any]:
        """Who and what is there."""
        world: dict[str, Any] = self._get("/_local/world.json")
        return world

    @cached_property
    def portal(self) -> str:
        """The origin of the sample portal."""
        url = urlsplit(self.world["workspaces"][0]["portal_url"])
        return f"{url.scheme}://{url.netloc}"

    @property
    def sample_client(self) -> str:
        """The origin of the portal on another site."""
        return str(self.world["sample_client_url"])

    @property
    def directory(self) -> str:
        """The origin of the fake directory."""
        return str(self.world["directory_url"])

    def link(
        self, kind: str = "shared", *, workspace: str = "acme", state: str = "alive", **other: Any
    ) -> dict[str, Any]:
        """A link of the world; *other* are further members that it must have."""
        wanted = {"kind": kind, "workspace": workspace, "state": state, **other}
        return self._one("links", wanted)

    def contact(self, id_: str) -> dict[str, Any]:
        return self._one("contacts", {"id": id_})

    def someone(self, *, workspace: str = "acme", active: bool = True) -> dict[str, Any]:
        """A contact of the workspace."""
        return self._one("contacts", {"workspace": workspace, "active": active})

    def name_of(self, workspace: str) -> str:
        return str(self._one("workspaces", {"id": workspace})["name"])

    def _one(self, kind: str, wanted: dict[str, Any]) -> dict[str, Any]:
        all_: list[dict[str, Any]] = self.world[kind]
        found = [each for each in all_ if wanted.items() <= each.items()]
        assert found, f"the world has no {kind} like {wanted}"
        return found[0]

    def mails_to(self, email: str) -> list[dict[str, Any]]:
        """What was mailed to an address in this test, oldest first."""
        return [mail for mail in self._new_mails() if email in json.dumps(mail["to"])]

    def waits_for_mails(self, email: str, count: int) -> int:
        """Wait until so many mails have come; return how many there are."""
        until = time.monotonic() + IS_MAILED_WITHIN
        while len(self.mails_to(email)) < count and time.monotonic() < until:
            time.sleep(0.2)
        return len(self.mails_to(email))

    def newest_mail(self) -> int:
        """The id of the newest mail there is."""
        return max((int(mail["id"]) for mail in self._new_mails()), default=self.read_before)

    def code_mailed_to(self, email: str, *, label: str = "", after: int = 0) -> str:
        """Wait for the mail of this label, or for any, and read its code: seven characters.

        Of two letters, a label may come again: what came before the mail with id *after* is none.
        """
        until = time.monotonic() + IS_MAILED_WITHIN
        while time.monotonic() < until:
            newer = [mail for mail in self.mails_to(email) if int(mail["id"]) > after]
            for mail in reversed(newer):
                found = CODE.search(mail["text"])
                if found and (not label or re.search(rf"\b{label}\b", mail["text"])):
                    return "".join(found.groups())
            time.sleep(0.2)
        raise AssertionError(f"no mail labelled {label or 'at all'} came to {email}")

    def subject_mailed_to(self, email: str, *, holding: str = "") -> str:
        """Wait for a mail whose subject holds some words, and return the subject."""
        return str(self.mail_to(email, holding=holding)["subject"])

    def mail_to(self, email: str, *, holding: str = "") -> dict[str, Any]:
        """Wait for a mail whose subject holds some words."""
        until = time.monotonic() + IS_MAILED_WITHIN
        while time.monotonic() < until:
            for mail in reversed(self.mails_to(email)):
                if holding in mail["subject"]:
                    return dict(mail)
            time.sleep(0.2)
        raise AssertionError(f"no mail about {holding!r} came to {email}")

    def team(self, *command: str) -> str:
        """Do what a team does from a terminal, at this house, and read what it says."""
        return _terminal().runs(*command, "--local", self.origin)

    @contextmanager
    def mails_end(self, email: str, fate: str, *, workspace: str = "acme") -> Iterator[None]:
        """Decide what becomes of the mails to a contact; afterwards their mailbox works again."""
        self.ends_mails(email, fate)
        try:
            yield
        finally:
            self.ends_mails(email, "arrives")
            self.team("contact", "lift", workspace, email)

    def ends_mails(self, email: str, fate: str) -> None:
        """Decide what becomes of the mails to a contact from now on."""
        self._post("/_local/fates", {"to": email, "fate": fate})

    def hears_of_mail_to(self, email: str, line: str, *, workspace: str = "acme") -> None:
        """Wait until the trail of a contact has a line about a mail."""
        until = time.monotonic() + IS_MAILED_WITHIN
        while time.monotonic() < until:
            said = self.team("--json", "trail", "show", workspace, "--contact", email)
            if line in said:
                return
            time.sleep(0.3)
        raise AssertionError(f"no {line} of a mail to {email}")

    def begins_another_day(self) -> None:
        """Leave behind what was mailed and used up so far.

        Half a day is enough: two tests may mail to one person before the day's ten are gone. All
        tests of a worker together take half a year: whatever ends sooner needs its own house.
        """
        self.forward(hours=13)
        for mail in self._new_mails():
            self.read_before = mail["id"]

    def forward(self, **duration: float) -> None:
        """Move the server's time: ``forward(minutes=10)``."""
        units = {"seconds": 1, "minutes": 60, "hours": 3600}
        seconds = sum(units[unit] * amount for unit, amount in duration.items())
        self._post("/_local/clock", {"forward_seconds": seconds})

    def _new_mails(self) -> list[dict[str, Any]]:
        mails: list[dict[str, Any]] = self._get(f"/_local/mailbox.json?after={self.read_before}")
        return mails

    def _get(self, path: str) -> Any:
        with urllib.request.urlopen(self.origin + path, timeout=10) as answer:
            return json.load(answer)

    def _post(self, path: str, body: dict[str, Any]) -> None:
        request = urllib.request.Request(
            self.origin + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=10):
            pass


@cache
def _terminal() -> Terminal:
    return Terminal.opened()


@contextmanager
def running_house(log: Path, *more: str, is_up_within: float = IS_UP_WITHIN) -> Iterator[House]:
    """Start `make run` on free ports and end it; or use the one that PORTICO_ORIGIN names.

    Args:
        log: what it says.
        more: further options. Such a house is never the one that is there already.
        is_up_within: seconds.
    """
    origin = os.environ.get("PORTICO_ORIGIN")
    if origin and not more:
        yield House(origin)
        return
    port = free_port()
    own_portal = f"http://localhost:{port + 5}"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "local", "--port", str(port), "--origin", own_portal, *more],
            cwd=ROOT,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        house = House(f"http://127.0.0.1:{port}", own_portal=own_portal)
        _wait_for(house, process, log, is_up_within)
        yield house
    finally:
        # A child of a script ignores SIGINT, so Ctrl-C is not what ends it.
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(
    house: House, process: subprocess.Popen[bytes], log: Path, is_up_within: float
) -> None:
    until = time.monotonic() + is_up_within
    while time.monotonic() < until and process.poll() is None:
        try:
            if house._get("/_local/world.json") and IS_READY in log.read_text():
                return
        except OSError:
            pass
        time.sleep(0.25)
    raise RuntimeError(f"`python -m local` did not come up:\n{log.read_text()[-4000:]}")
