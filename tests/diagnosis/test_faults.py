"""Twenty people who do not get in: what is found first, and that its ending ends it
(local/sample_faults.py, local/fault_scenes.py).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from local.fault_scenes import CALLBACK, PORTAL_SECRET, VERIFIER, Reply, Scene, Visitor
from local.providers.grants import client_secret
from local.sample_faults import AGO, FAULTS, Fault
from portico.aws import secrets
from portico.diagnosis.diagnose import diagnosis_answer
from portico.diagnosis.gather import Gathering
from portico.people.addresses import normalise
from portico.people.store import People
from tests.diagnosis.cases import names_its_values
from tests.diagnosis.fault_rig import DoorRig
from tests.docs.test_docs import page
from tests.sso.conftest import stage, world
from tests.support.doors import HOST

__all__ = ["stage", "world"]

EACH = pytest.mark.parametrize("fault", FAULTS, ids=lambda each: each.name)


@pytest.fixture
def rig(portal, wire, world):
    return DoorRig(portal, wire, world.base)


def found(scene: Scene, email: str) -> list[dict[str, Any]]:
    """The findings, as the rooms answer them."""
    workspace = scene.team.workspace(scene.name)
    gathering = Gathering(workspace, "people", "sign-in", "trail", HOST)
    email = normalise(email)
    (row,) = People("people", scene.name).read(gathering.pointer_wanted(email)[1:])
    answer = diagnosis_answer(gathering.of_address(email, row))
    findings: list[dict[str, Any]] = answer["findings"]
    return findings


class TestTwentyFaults:
    def test_are_twenty_of_which_nine_are_pressed_and_six_said(self):
        endings = [each.ending for each in FAULTS]

        assert len({each.name for each in FAULTS}) == len({each.cause for each in FAULTS}) == 20
        assert endings.count("press") >= 9
        assert endings.count("say") >= 6

    def test_are_the_pages_table(self):
        table = page("diagnosis.md").partition("## Twenty faults")[2].partition("\n## ")[0]
        rows = re.findall(
            r"^\| `([a-z-]+)` \| (.+) \| `([a-z-]+)` \| ([a-z ]+) \|$", table, re.MULTILINE
        )

        told = [(e.name, e.about, e.cause, e.ending.replace("-", " ")) for e in FAULTS]
        assert rows == told

    @EACH
    def test_have_their_first_finding_by_the_rooms(self, rig, fault):
        scene = rig.plays(fault)

        first = found(scene, fault.asked)[0]

        assert (first["cause"], first["ending"]["kind"]) == (fault.cause, fault.ending)
        names_its_values(first)


@dataclass
class Helper:
    """Olga, who owns the workspace and presses what a finding says."""

    scene: Scene
    visitor: Visitor
    token: str

    @classmethod
    def comes(cls, scene: Scene, rig: DoorRig) -> "Helper":
        visitor = scene.visitor()
        olga = f"olga@{scene.name}.example"
        assert visitor.asks(olga).status == 202
        rig.settle()
        assert visitor.types(rig.codes_for(olga)[-1]).status == 200
        # She has been in for a while: the way that she came by no longer matters.
        rig.portal.forward(minutes=1)
        assert visitor.refreshes().status == 200
        token = visitor.refreshes(scope="team").body["access_token"]
        return cls(scene, visitor, token)

    def sends(self, route: str, body: Any = None, **headers: str) -> Reply:
        """Send a request with a team's token, to a route as findings write it."""
        # The last one is over: a portal that is closed is its team's to open again, however late.
        self.token = self.visitor.refreshes(scope="team").body["access_token"]
        path, template = variables(route)
        return self.visitor.sends(
            template,
            body,
            path=path,
            headers={
                "authorization": f"Bearer {self.token}",
                "sec-fetch-site": "same-origin",
                **headers,
            },
        )

    def presses(self, ending: dict[str, Any]) -> Any:
        """Press what a finding ends in."""
        assert ending["kind"] == "press", ending
        headers = {"idempotency-key": "pressed-once"}
        if ending["route"].startswith("PATCH"):
            headers["if-match"] = self.sends(f"GET {ending['route'].split()[1]}").body["etag"]
        body = ending["body"]
        if body and body.get("name") == "…":
            body = body | {"name": "Ann Archer"}
        reply = self.sends(ending["route"], body, **headers)
        assert reply.status in (200, 201), reply
        return reply.body


def variables(route: str) -> tuple[dict[str, str], str]:
    """Return the path variables of a written route, and the route as the template has it."""
    method, _, path = route.partition(" ")
    shape = r"/v1/workspaces/(?P<workspace>[a-z0-9-]+)(/contacts/(?P<contact>ct_[\w-]+)|/connections/(?P<connection>\w+))?"
    known = {name: each for name, each in re.match(shape, path).groupdict().items() if each}  # type: ignore[union-attr]
    for name, each in known.items():
        path = path.replace(f"/{each}", f"/{{{name}}}", 1)
    return known, f"{method} {path}"


@dataclass
class Ended:
    """A fault that has happened, and whoever ends it."""

    rig: DoorRig
    fault: Fault
    scene: Scene
    olga: Helper

    @property
    def finding(self) -> dict[str, Any]:
        return found(self.scene, self.fault.asked)[0]

    def gets_in(self, email: str | None = "", *, link: str | None = None) -> None:
        """Ask for a code, type that of the newest mail, and use the session."""
        ann, address = self.scene.visitor(), self.fault.email or self.scene.ann.email
        asked = ann.asks(address if email == "" else email, link=link)
        assert asked.status == 202, asked
        self.rig.settle()
        typed = ann.types(self.rig.codes_for(email or address)[-1])
        assert typed.status == 200, typed
        assert ann.refreshes().status == 200
        self.rig.settle()
        assert found(self.scene, email or address)[0]["cause"] == "nothing-wrong"


@pytest.fixture
def happened(rig) -> Callable[[str], Ended]:
    """Let a fault of this name happen. Olga is in, as somebody who has just been told of it."""

    def play(name: str, *, ago: timedelta = AGO) -> Ended:
        (fault,) = (each for each in FAULTS if each.name == name)
        helpers: list[Helper] = []
        scene = rig.plays(
            fault, ago=ago, first=lambda made: helpers.append(Helper.comes(made, rig))
        )
        return Ended(rig, fault, scene, helpers[0])

    return play


class TestWhatIsPressed:
    """The route of the finding is called as it is written, and then Ann really signs in."""

    @pytest.mark.parametrize("name", ["deactivated", "codes-off", "suppressed", "domain-refuses"])
    def test_lets_her_in_by_a_code(self, happened, name):
        case = happened(name)

        case.olga.presses(case.finding["ending"])

        case.gets_in()

    @pytest.mark.parametrize("name", ["portal-off", "portal-paused"])
    def test_opens_the_portal_that_let_no_member_in_either(self, happened, name):
        case = happened(name)

        case.olga.presses(case.finding["ending"])

        case.gets_in()

    @pytest.mark.parametrize("name", ["link-expired", "link-revoked", "mailbox-budget"])
    def test_is_a_link_that_lets_her_in(self, happened, name):
        case = happened(name)

        made = case.olga.presses(case.finding["ending"])

        url = made["links"][0]["url"]
        case.gets_in(None, link=re.search(r"lnk_[\w-]+", url)[0])  # type: ignore[index]

    def test_adds_her(self, happened):
        case = happened("no-contact")

        case.olga.presses(case.finding["ending"])

        case.gets_in(case.fault.asked)


class TestWhatIsSaid:
    """A visitor does what the sentence says, and no more."""

    def test_is_the_right_address(self, happened):
        case = happened("mistyped")

        said = case.finding["ending"]["text"]

        case.gets_in(re.search(r"\S+@\S+\w", said)[0])  # type: ignore[index]

    @pytest.mark.parametrize(
        "name", ["mailbox-full", "attempts-spent", "older-code", "code-late", "session-ended"]
    )
    def test_is_to_open_the_page_again_and_to_type_the_newest_code(self, happened, name):
        case = happened(name)

        said = case.finding["ending"]["text"]

        assert f"https://{HOST}/{name}" in said
        case.gets_in()

    def test_is_to_allow_cookies(self, happened):
        case = happened("cookies-blocked")

        said = case.finding["ending"]["text"]

        assert f"allow cookies for {HOST}" in said
        case.gets_in()

    def test_is_to_type_the_newest_code_while_it_still_counts(self, rig):
        scene = Scene.open(rig, "older-now")
        visitor = scene.visitor()
        visitor.asks(scene.ann.email)
        rig.settle()
        for wait in (30, 60):
            rig.portal.forward(seconds=wait)
            visitor.asks_again()
            rig.settle()
        visitor.types(scene.code(0))
        rig.settle()

        first = found(scene, scene.ann.email)[0]

        assert first["cause"] == "older-code"
        assert "the code from the newest one" in first["ending"]["text"]
        assert visitor.types(scene.code(-1)).status == 200


class TestWhatIsHandedOver:
    """Somebody plays whoever it is handed to, and then Ann gets in."""

    def test_to_the_provider_is_the_redirect_uri_and_a_new_secret(self, happened, rig):
        case = happened("secret-ended")
        ending = case.finding["ending"]
        assert (ending["to"], ending["value"]) == (
            "provider",
            f"https://{HOST}/v1/sso/google/callback",
        )

        renewed = case.olga.sends(
            f"PUT /v1/workspaces/{case.scene.name}/connections/google/secret",
            {"secret": client_secret("google")},
            **{"if-match": etag_of(case, "google")},
        )
        assert renewed.status == 200, renewed
        secrets._kept.clear()

        back = case.scene.visitor().goes_to("google")
        assert back.status in (302, 303), back
        assert back.cookies[f"__Host-portico-{case.scene.name}"], back

    def test_to_the_directory_is_the_record(self, happened):
        case = happened("left-directory")
        ending = case.finding["ending"]
        assert (ending["to"], ending["value"]) == ("directory", "csv ann (ann@example.com)")

        case.scene.records(active=True)

        back = case.scene.visitor().goes_to("google")
        assert back.cookies[f"__Host-portico-{case.scene.name}"], back

    def test_to_the_portals_developers_is_the_client(self, happened, rig):
        case = happened("portal-unfetched")
        ending = case.finding["ending"]
        assert (ending["to"], ending["value"]) == ("portal", "prt_portal-unfetched_help")

        ann = case.scene.visitor()
        ann.asks(case.scene.ann.email)
        rig.settle()
        assert ann.types(case.scene.code()).status == 200
        sent_back = ann.opens_the_portal(ending["value"]).location
        fetched = rig.portal.knock(
            "token",
            "POST /oauth2/token",
            form={
                "grant_type": "authorization_code",
                "code": parse_qs(urlsplit(sent_back).query)["code"][0],
                "redirect_uri": CALLBACK,
                "code_verifier": VERIFIER,
                "client_id": ending["value"],
                "client_secret": PORTAL_SECRET,
            },
            origin=None,
        )  # fmt: skip
        assert fetched.status == 200, fetched.event
        rig.settle()
        assert found(case.scene, case.scene.ann.email)[0]["cause"] == "nothing-wrong"


def etag_of(case: Ended, connection: str) -> str:
    route = f"GET /v1/workspaces/{case.scene.name}/connections/{connection}"
    return str(case.olga.sends(route).body["connection"]["etag"])
