"""Every call that a door makes is granted to it, down to the kinds of rows.

No emulator asks for leading keys, so a grant that lacks one would be found out in an account. Here
the doors do all they do, and each call of theirs is judged as IAM would judge it.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

import pytest

from local.ses_events import SentMail, bounced, delivered
from portico.account.contact_refs import AskedRef, ContactRefs
from portico.account.team_email_change import TeamEmailChanges
from portico.clock import SystemClock
from portico.links.rules import team_token
from portico.links.team_links import TeamLinks
from portico.people.addresses import subject_of
from portico.people.identities import Identity, identity_key
from portico.people.memberships import ABOVE_ALL, Role
from portico.team.look_ups import MOST_HITS, MOST_MISSES
from portico.team.members import TeamMembers
from portico.team.team_entry import TeamEntries
from portico.team.workspace_key import Scope
from portico.team.workspace_keys import WorkspaceKeys
from portico.trail.list_rows import Place
from tests.account.conftest import Member
from tests.directory.scim.conftest import (
    GROUP_ROUTE,
    GROUPS,
    USERS,
    Client,
    fetched,
    made_by_hand,
    person,
)
from tests.sso.conftest import World, connected, stage, world  # noqa: F401  # fixtures
from tests.sso.okta import Okta, by_email
from tests.sso.test_proving import proves
from tests.support.doors import door, queue_record, stream_record
from tests.support.driver import Portal
from tests.support.moves import moves
from tests.support.openid_site import Site
from tests.support.template import doors
from tests.support.wire import Sent
from tests.team.test_contact_sessions import OF
from tests.team.test_manage_workspace import (
    CONTACTS,
    IMPORT_PART,
    KEYS,
    LINKS,
    LOGO,
    METHODS,
    PNG,
    PORTALS,
    SETTINGS,
    TEAM,
    TRAIL,
    WORKSPACE,
    Staff,
)
from tests.template.test_grants import table_of, touching_rows

FIRST, SECOND = "four tired herons at the weir", "seven loud geese over the mill"
THIRD = "nine grey owls in one old barn"
TABLES = {"people": "PeopleTable", "sign-in": "SignInTable", "trail": "TrailTable"}
OF_PARTS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}


class Touch(NamedTuple):
    """One action on rows of one table, with all partition keys of its request."""

    table: str
    action: str
    keys: tuple[str, ...]


def touches(sent: Sent) -> Iterator[Touch]:
    """What IAM is asked for one request: a transaction asks for each of its parts."""
    _, action = sent.operation.split(".")
    asked = sent.parameters
    if action == "TransactWriteItems":
        for part in asked["TransactItems"]:
            ((kind, one),) = part.items()
            yield Touch(one["TableName"], OF_PARTS[kind], (key_of(one),))
    elif action == "BatchGetItem":
        for table, wanted in asked["RequestItems"].items():
            yield Touch(table, action, tuple(key["pk"]["S"] for key in wanted["Keys"]))
    else:
        yield Touch(asked["TableName"], action, (key_of(asked),))


def key_of(part: dict[str, Any]) -> str:
    if "KeyConditionExpression" in part:
        values = part["ExpressionAttributeValues"]
        listed: str = (values.get(":hash") or values[":pk"])["S"]
        return listed
    key: str = (part.get("Key") or part["Item"])["pk"]["S"]
    return key


type Grant = tuple[str, str, str, str]
"""Role, table, action, and one pattern of partition keys."""


def allowing(role: str, touch: Touch) -> list[Grant]:
    """Which grants let a role do all of it: one statement must, since they do not add up."""
    found = []
    for each_role, each in touching_rows():
        if each_role != role or table_of(each) != TABLES[touch.table]:
            continue
        if f"dynamodb:{touch.action}" not in each["Action"]:
            continue
        fitting = [[like for like in patterns(each) if fnmatchcase(k, like)] for k in touch.keys]
        if all(fitting):
            found += [
                (role, TABLES[touch.table], touch.action, p) for some in fitting for p in some
            ]
    return found


def granted() -> Iterator[Grant]:
    for role, each in touching_rows():
        for action in each["Action"]:
            for pattern in patterns(each):
                yield role, table_of(each), action.removeprefix("dynamodb:"), pattern


def patterns(statement: dict[str, Any]) -> list[str]:
    keys: list[str] = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    return keys


@pytest.fixture
def calls(portal, wire, monkeypatch) -> dict[str, list[Sent]]:
    """What each door has sent, by the door's name."""
    found: dict[str, list[Sent]] = defaultdict(list)

    def noted(name, handler):
        def handle(event, context):
            wire.forget()
            try:
                return handler(event, context)
            finally:
                found[name] += wire.sent

        return handle

    for name in doors():
        monkeypatch.setattr(door(name), "handler", noted(name, door(name).handler))
    return found


def all_that_is_done(portal: Portal, providers: World) -> None:
    ann = portal.browser
    ann.opens_the_link()
    ann.opens_the_link(portal.personal_link())
    ann.asks_for_a_code(None, link=portal.personal_link(), auto=True)
    portal.delivers_mail()
    assert ann.asks_for_the_mail().status == 200
    ann.asks_for_a_code()
    portal.forward(seconds=30)
    ann.asks_again()
    portal.delivers_mail()
    ann.types("0000000")
    token = ann.types_the_mailed_code().body["access_token"]
    message = {"challenge": ann.challenge, "generation": 1}
    door("send_mail").handler({"Records": [queue_record(message)]}, None)
    ann.opens_the_link()
    ann.asks_for_a_code("nobody@example.com")
    portal.delivers_mail()
    portal.forward(minutes=1)
    ann.refreshes()
    ann.reads_the_session(token)
    ann.signs_out()
    portal.forward(days=2)
    ben = portal.another_browser()
    token = ben.signs_in().body["access_token"]
    ben.signs_out(token, everywhere=True)
    renews_a_link(portal)
    proves_a_first_address(portal)
    portal.sets(logo="0123456789abcdef")
    portal.another_browser().signs_in()
    ann.sends("sign_in_page", "GET /{workspace}", path={"workspace": "acme"})
    logo = {"proxy": "logo/acme/0123456789abcdef.png"}
    ann.sends("sign_in_page", "GET /assets/{proxy+}", path=logo)
    portal.forward(days=2)
    signs_in_at_another_site(portal)
    portal.forward(days=2)
    comes_by_providers(portal, providers)
    has_an_account(portal)
    comes_as_a_member(portal)
    comes_by_an_account_that_rests(portal)
    comes_by_the_teams_way(portal)
    for table in ("sign-in", "people"):
        told = [stream_record(row) for row in portal.rows(table) if row.get("event")]
        door("record_trail").handler({"Records": told}, None)
    lines = [stream_record(row) for row in portal.rows("trail")]
    door("sign_out_portals").handler({"Records": lines}, None)
    looks_after_contacts(portal)
    keeps_its_directory(portal, providers)


def renews_a_link(portal: Portal) -> None:
    """Ask for a link in the place of one that has ended, twice."""
    before = SystemClock()
    before.offset = -timedelta(days=91)
    _, ended = TeamLinks("people", before).create("acme", by="test", contact=portal.ann.id)
    for _ in range(2):
        assert portal.another_browser().asks_for_a_new_link(ended).status == 202
        portal.delivers_mail()
        portal.forward(hours=1)


def proves_a_first_address(portal: Portal) -> None:
    """Come by the link of a contact who has no address, press twice, and come again."""
    asked = AskedRef("messenger", "first", name="Zoe")
    found = ContactRefs("people").put(portal.workspace, asked, by="test", reach=ABOVE_ALL)
    link = portal.personal_link(found.contact.id)
    for _ in range(2):
        zoe = portal.another_browser()
        assert zoe.asks_for_a_code("zoe.first@example.net", link=link).status == 202
        portal.delivers_mail()
        code = portal.mailed_code()
        assert {zoe.types(code, request_id="press").status for _ in range(2)} == {200}


def signs_in_at_another_site(portal: Portal) -> None:
    """Come from a portal and go back to it: with tokens, without, and with a code shown twice."""
    uri = "http://127.0.0.1:9/backchannel-logout"
    site, ann = Site.register(portal, backchannel_logout_uri=uri), portal.another_browser()
    assert site.sends(ann).status == 303
    ann.signs_in()
    code = site.gets_a_code(ann)
    assert site.redeems(code).status == 200
    headers = {"authorization": f"Bearer {site.tokens['access_token']}"}
    assert ann.sends("userinfo", "GET /oauth2/userinfo", headers=headers).status == 200
    portal.forward(seconds=30)
    assert site.refreshes().status == 200
    assert site.redeems(code).status == 400
    given_back = {"token": site.signs_in(ann)["refresh_token"]}
    headers = {"authorization": site.basic()}
    portal.knock("revoke", "POST /oauth2/revoke", form=given_back, headers=headers, origin=None)
    leaving = {"id_token_hint": site.signs_in(ann)["id_token"]}
    ann.sends("end_session", "GET /oauth2/end_session", query=leaving, origin=None)
    assert "__Host-portico-acme" not in ann.cookies


def comes_by_providers(portal: Portal, providers: World) -> None:
    """Sign in with accounts that are vouched for, that must be proved, and that are listed."""
    # As somebody whose address nobody has proved yet.
    pk = f"acme#contact#{portal.ann.id}"
    head = next(row for row in portal.rows("people") if (row["pk"], row["sk"]) == (pk, "head"))
    portal.writes("people", head | {"email_verified": False})
    for _ in range(2):
        assert portal.another_browser().signs_in_with("google").status == 303
    proving = portal.another_browser()
    came_back = proving.signs_in_with("facebook", "ben")
    assert proving.gives_an_address(came_back.told, "ann@example.com").status == 202
    portal.delivers_mail()
    assert proving.types_the_mailed_code().status == 200
    notice = next(row["pk"] for row in portal.rows("sign-in") if row["sk"] == "notice")
    door("send_mail").handler({"Records": [queue_record({"notice": notice})]}, None)
    for mode in ("deny", "unverified-email"):
        told = portal.another_browser()
        told.starts_sso("oidc")
        told.comes_back("ann", mode)
    portal.delivers_mail()
    okta = Okta(providers)
    portal.adds("Una Out", "una@example.com")
    assert okta.ends(by_email("una@example.com")).status == 204
    assert okta.ends(okta.of("nobody")).status == 404
    portal.sets(directory_rule="match_required")
    providers.lists("ann@example.com")
    for _ in range(2):
        assert portal.another_browser().signs_in_with("microsoft").status == 303
    glass = portal.personal_link(break_glass=True)
    behind = portal.another_browser()
    behind.asks_for_a_code(None, link=glass)
    portal.delivers_mail()
    assert behind.types_the_mailed_code().status == 200


def comes_as_a_member(portal: Portal) -> None:
    """Ask for a team's token, as somebody whose address was moved and who comes by a provider."""
    how: Any = {"host": "signin.acme.test", "by": "test"}
    portal.sets(directory_rule="off")
    TeamMembers("people", "sign-in").add(portal.workspace, portal.ann, Role.OWNER, **how)
    ann = portal.team.contact("acme", portal.ann.id)
    TeamEmailChanges("people", "sign-in").change(portal.workspace, ann, "archer@example.com", **how)
    TeamEntries("people", "sign-in").confirm_connection(portal.workspace, "google", **how)
    browser = portal.another_browser()
    assert browser.signs_in_with("google").status == 303
    own: Any = {"origin": "https://signin.acme.test", "headers": {"sec-fetch-site": "same-origin"}}
    body = {"workspace": "acme", "scope": "team"}
    refused = browser.sends("session", "POST /v1/session/refresh", body, **own)
    assert refused.body["reason"] == "address-changed"
    looks_after_the_team(portal)


def comes_by_an_account_that_rests(portal: Portal) -> None:
    """Come into the team by an account that a mailed code has just connected, and be confirmed."""
    how: Any = {"host": "signin.acme.test", "by": "test"}
    members, entries = TeamMembers("people", "sign-in"), TeamEntries("people", "sign-in")
    rita = portal.adds("Rita", "rita@example.com")
    members.add(portal.workspace, rita, Role.AGENT, **how)
    portal.forward(days=4)
    entries.set_methods(portal.workspace, ["sso"], **how)
    entries.confirm_connection(portal.workspace, "facebook", **how)
    proves(portal, portal.another_browser(), account="cem", email="rita@example.com")
    browser = portal.another_browser()
    assert browser.signs_in_with("facebook", "cem").status == 303
    own: Any = {"origin": "https://signin.acme.test", "headers": {"sec-fetch-site": "same-origin"}}
    body = {"workspace": "acme", "scope": "team"}
    refused = browser.sends("session", "POST /v1/session/refresh", body, **own)
    assert refused.body["reason"] == "account"
    entries.set_methods(portal.workspace, [], **how)
    owner = Staff(portal, "archer@example.com")
    path = {"contact": rita.id}
    assert owner.sends(f"POST {TEAM}/{{contact}}/confirm", path=path).status == 204


def comes_by_the_teams_way(portal: Portal) -> None:
    """Ask for a code while the portal is closed, as a member."""
    portal.forward(days=1)
    portal.sets(portal_enabled=False)
    member = portal.another_browser()
    asked = member.asks_for_a_code("gus@example.com", link=team_token("acme"))
    assert asked.status == 202
    portal.delivers_mail()
    assert member.types_the_mailed_code().body["return_to"]["area"] == "team"
    portal.sets(portal_enabled=True)


def looks_after_the_team(portal: Portal) -> None:
    """Read and change a team and its keys, as an owner and with a key."""
    olga = portal.adds("Olga Ortiz", "olga@example.com")
    how: Any = {"host": "signin.acme.test", "by": "test"}
    TeamMembers("people", "sign-in").add(portal.workspace, olga, Role.OWNER, **how)
    portal.adds("Gus Lind", "gus@example.com")
    owner = Staff(portal, "olga@example.com")
    assert owner.sends(SETTINGS).status == 200
    looks_at_whom_a_rule_touches(owner, portal)
    looks_at_the_directory(owner, portal)
    looks_after_the_settings(owner)
    match = {"if-match": owner.sends(METHODS).headers["etag"]}
    wanted = {"methods": "code password"}
    assert owner.sends(f"PUT {WORKSPACE}/team-methods", wanted, headers=match).status == 200
    moved = {"contact": portal.ann.id}
    assert owner.sends(f"POST {TEAM}/{{contact}}/confirm", path=moved).status in {204, 404}
    added = owner.sends(f"POST {TEAM}", {"email": "gus@example.com", "role": "owner"})
    member = added.body["member"]
    path, headers = {"contact": member["contact"]}, {"if-match": member["etag"]}
    refused = owner.sends(f"DELETE {TEAM}/{{contact}}", path=path, headers=headers)
    assert refused.problem == (403, "role-too-high")
    (mine,) = [e for e in owner.sends(f"GET {TEAM}").body["members"] if e["contact"] == olga.id]
    body, headers = {"label": "Desk", "scope": "settings:read"}, {"idempotency-key": "press"}
    made = owner.sends(f"POST {KEYS}", body, headers=headers).body
    with_key = {"authorization": f"Bearer {made['text']}"}
    read = portal.knock(
        "manage_workspace", SETTINGS, origin=None, headers=with_key, path={"workspace": "acme"}
    )
    assert read.status == 200
    assert owner.sends(f"GET {KEYS}").status == 200
    assert owner.sends(f"POST {KEYS}/{{key}}/rotate", path={"key": made["key"]["id"]}).status == 200
    assert owner.sends(f"POST {KEYS}/{{key}}/revoke", path={"key": made["key"]["id"]}).status == 200
    looks_after_links(owner, portal)
    portal.records_trail()
    for asked in ({}, {"contact": olga.id}, {"email": "olga@example.com"}):
        answer = owner.sends(f"POST {TRAIL}/list", asked)
        assert answer.body["entries"], answer.event
    assert owner.sends(f"POST {TRAIL}/overview", {}).body["days"]
    path, headers = {"contact": olga.id}, {"if-match": mine["etag"]}
    assert owner.sends(f"DELETE {TEAM}/{{contact}}", path=path, headers=headers).status == 204


def looks_at_whom_a_rule_touches(owner: Staff, portal: Portal) -> None:
    """Ask whom the strictest rule would shut out, which reads all that any such question does."""
    connects_for(portal, portal.ann.id, "ann@example.com")
    identity = Identity("google", "https://accounts.google.com", "tenant.object")
    pk, sk = identity_key("acme", identity)
    row = {"pk": pk, "sk": sk, "contact": portal.ann.id, **identity.row(), "sver": 1}
    row |= {"linked_at": 1, "record": "source#1", "list": "acme#identities"}
    portal.writes("people", row | {"listed": f"{portal.ann.id}#{identity.key}"})
    asked = {"settings": {"directory_rule": "sso_only"}}
    assert owner.sends(f"POST {WORKSPACE}/touched", asked).body["count"]


def looks_at_the_directory(owner: Staff, portal: Portal) -> None:
    """Look at the directory and at somebody in it, as an owner; and for somebody, as an agent."""
    directory = Client(portal, made_by_hand(portal, email="odo@acme.example"))
    user = directory.adds("sync@example.com", external="4711")
    group = directory.groups("Testers", user)
    portal.sets(directory_groups=[group, "0" * 22])
    directory.reads(user)
    row = {"pk": "acme#record#csv#1", "sk": "record", "source": "csv", "active": True}
    portal.writes("people", row | {"list": "acme#records", "listed": "f@example.com"})
    portal.records_trail()
    assert owner.sends(f"GET {WORKSPACE}/directory").body["people"]["active"] == 1
    find = f"POST {WORKSPACE}/directory/people/find"
    for sought in ({"email": "sync@example.com"}, {"external_id": "4711"}):
        assert owner.sends(find, sought).body["people"][0]["groups"]
    assert owner.sends(f"POST {WORKSPACE}/directory/people/list", {}).body["people"]
    how: Any = {"host": "signin.acme.test", "by": "test"}
    agent = portal.adds("Ida Agent", "ida@example.com")
    TeamMembers("people", "sign-in").add(portal.workspace, agent, Role.AGENT, **how)
    assert Staff(portal, "ida@example.com").sends(find, {"external_id": "0"}).status == 404
    portal.sets(directory_groups=[])


def connects_for(portal: Portal, contact: str, email: str) -> None:
    """Give a contact an account elsewhere, a personal link and a line under their address."""
    portal.links.create("acme", by="test", contact=contact)
    portal.another_browser().asks_for_a_code(email)
    identity = Identity("google", "https://accounts.google.com", contact)
    pk, sk = identity_key("acme", identity)
    row = {"pk": pk, "sk": sk, "contact": contact, **identity.row(), "sver": 1, "linked_at": 1}
    row |= {"list": "acme#identities", "listed": f"{contact}#{identity.key}"}
    portal.writes("people", row)
    at = "2026-11-21T12:00:00.000+00:00"
    place = Place.parse("2026-11-21T12:00:00Z#0123456789ab")
    pk, sk = place.key("acme")
    step = {"name": "sso.started", "at": at, "by": "contact", "subject": "link-0123456789abcdef"}
    portal.writes("trail", {"pk": pk, "sk": sk, "step_01234567": step})
    for subject in (subject_of(email), contact, "link-0123456789abcdef"):
        row = {"pk": f"acme#trail#{subject}", "sk": f"{at}#evt_x", "name": "sso.started"}
        row |= {"network": "203.0.113.7", "listed": place.sk, "ttl": 1826798400}
        portal.writes("trail", row)


def imports_contacts(portal: Portal, owner: Staff) -> None:
    """Import a file of contacts, and cancel another."""
    moved = portal.adds("Mo Left", "mo@example.com")
    moves(moved.id, "mo@example.net")
    data = (
        b"email,name,active\ncy9@example.com,Cy New,\nmo@example.com,Mo,no\ncy@example.com,,\n"
        b"agi@example.com,Agi Other,\n"
    )
    imports = f"{CONTACTS}/imports"
    for press, end in (("i1", "finish"), ("i2", "cancel")):
        asked = {"headers": {"idempotency-key": press}}
        again, begun = (
            owner.sends(f"POST {imports}", {"size": len(data)}, **asked) for _ in range(2)
        )
        assert again.status == begun.status == 201
        path = {"import_id": begun.body["import"]["id"], "at": "0"}
        kind = {"content-type": "application/octet-stream"}
        for _ in range(2):
            taken = owner.sends(IMPORT_PART, data, path=path, headers=kind)
            assert taken.status == 200, taken.event
        for how in (f"POST {imports}/{{import_id}}/{end}", f"GET {imports}/{{import_id}}/report"):
            assert owner.sends(how, path=path).status == 200
        assert owner.sends(f"GET {imports}/{{import_id}}", path=path).status == 200


def looks_after_contacts(portal: Portal) -> None:
    """Find, add, change and switch contacts, as an owner and as an agent."""
    how: Any = {"host": "signin.acme.test", "by": "test"}
    for name, role in (("Oda", Role.OWNER), ("Agi", Role.AGENT)):
        contact = portal.adds(f"{name} Team", f"{name.lower()}@example.com")
        TeamMembers("people", "sign-in").add(portal.workspace, contact, role, **how)
    owner, agent = Staff(portal, "oda@example.com"), Staff(portal, "agi@example.com")
    body, headers = {"name": "Cy New", "email": "cy@example.com"}, {"idempotency-key": "p"}
    path: dict[str, str] = {}
    for _ in range(2):
        added = agent.sends(f"POST {CONTACTS}", body, headers=headers)
        assert added.status == 201
        path = {"contact": added.body["contact"]["id"]}
    assert agent.sends(f"POST {CONTACTS}/find", {"email": "cy@example.com"}).status == 200
    assert agent.sends(f"POST {CONTACTS}/find", {"email": "no@example.com"}).status == 404
    assert owner.sends(f"POST {CONTACTS}/list", {"text": "cy"}).body["contacts"]
    assert owner.sends(f"POST {CONTACTS}/list", {}).body["complete"]
    one = f"{CONTACTS}/{{contact}}"
    match = {"if-match": agent.sends(f"GET {one}", path=path).headers["etag"]}
    assert agent.sends(f"PATCH {one}", {"name": "Cy Old"}, path=path, headers=match).status == 200
    for email in ("cy@example.net", "cy2@example.net", "cy@example.com"):
        assert owner.sends(f"POST {one}/email", {"email": email}, path=path).status == 200
    ref = {"channel": "x", "id": "4711"}
    assert agent.sends(f"PUT {CONTACTS}/by-ref", ref | {"email": "cy@example.com"}).status == 200
    assert agent.sends(f"PUT {CONTACTS}/by-ref", ref | {"id": "4712"}).status == 201
    assert agent.sends(f"POST {CONTACTS}/find", ref).status == 200
    assert agent.sends(f"POST {one}/refs/detach", ref, path=path).status == 200
    for n in range(MOST_MISSES):
        agent.sends(f"POST {CONTACTS}/find", {"email": f"no{n}@example.com"})
    portal.delivers_mail()
    read = owner.sends(f"GET {one}/trail", path=path)
    assert read.status == 200, read.event
    for what in ("deactivate", "reactivate"):
        assert owner.sends(f"POST {one}/{what}", path=path).status == 200
    assert owner.sends(f"GET {one}/export", path=path).status == 200
    connects_for(portal, path["contact"], "cy@example.com")
    portal.forward(hours=73)
    portal.another_browser().signs_in("cy@example.com")
    owner.signs_in()
    merges_two(portal, owner, path)
    match = {"if-match": owner.sends(f"GET {one}", path=path).headers["etag"]}
    assert owner.sends(f"DELETE {one}", path=path, headers=match).status == 204
    path = {"contact": portal.ann.id}
    imports_contacts(portal, owner)
    body, headers = {"label": "Desk", "scope": "contacts:read"}, {"idempotency-key": "desk"}
    made = owner.sends(f"POST {KEYS}", body, headers=headers).body
    with_key = {"authorization": f"Bearer {made['text']}"}
    path |= {"workspace": "acme"}
    read = portal.knock("manage_contacts", f"GET {one}", origin=None, headers=with_key, path=path)
    assert read.status == 200


def merges_two(portal: Portal, owner: Staff, path: dict[str, str]) -> None:
    """Merge one who has everything into another, undo it, and merge them again."""
    old = portal.adds("Cy Before", "cy.before@example.com")
    how: Any = {"host": "signin.acme.test", "by": "test"}
    TeamEmailChanges("people", "sign-in").change(portal.workspace, old, "cy.b@example.com", **how)
    portal.forward(hours=73)
    sets_a_password(portal, "cy.b@example.com")
    asked = AskedRef("x", "4713", email="cy.b@example.com")
    ContactRefs("people").put(portal.workspace, asked, by="test", reach=ABOVE_ALL)
    connects_for(portal, old.id, "cy.b@example.com")
    portal.personal_link("cy.b@example.com")
    portal.personal_link("cy.b@example.com", break_glass=True)
    # What is still to be mailed would come with the owner's code, before or after it.
    portal.delivers_mail()
    owner.signs_in()
    one, body = f"{CONTACTS}/{{contact}}/merge", {"lost": old.id}
    assert owner.sends(f"POST {one}", body | {"dry_run": True}, path=path).status == 200
    assert owner.sends(f"POST {one}", body, path=path).status == 200
    assert owner.sends(f"POST {one}/undo", body, path=path).status == 200
    assert owner.sends(f"POST {one}", body, path=path).status == 200


def sets_a_password(portal: Portal, email: str) -> None:
    portal.sets(password_method=True)
    browser = portal.another_browser()
    browser.forgets_the_password(email)
    portal.delivers_mail()
    assert browser.sets_a_password(THIRD, portal.mailed_code()).status == 200


def keeps_its_directory(portal: Portal, providers: World) -> None:
    """Sync people: add, find, list, rename, switch and delete them, with a contact and without."""
    directory = Client(portal, made_by_hand(portal))
    portal.adds("Dot Once", "dot@example.com")
    ids = [directory.adds(f"{name}@example.com") for name in ("dot", "eve", "fay")]
    for start in ("1", "2", "3"):
        listed = directory.sends(f"GET {USERS}", query={"startIndex": start, "count": "1"})
        assert listed.status == 200
    assert directory.finds('userName eq "dot@example.com"') == ids[:1]
    assert directory.finds('emails.value eq "dot@example.com"') == ids[:1]
    renamed = {"op": "replace", "value": {"userName": "dora", "externalId": "new"}}
    assert directory.changes(ids[0], renamed).status == 200
    moved = {"op": "replace", "path": "emails", "value": [{"value": "dora@example.com"}]}
    assert directory.changes(ids[1], moved).status == 200
    for value in (False, True, False):
        assert directory.switches(ids[0], value).status == 200
    assert directory.removes(ids[0]).status == 204
    portal.sets(directory_contacts=True)
    gil = directory.adds("gil@example.com", displayName="Gil Once")
    for email in ("gil@example.net", "gil2@example.net", "gil@example.com"):
        told = [{"value": email}]
        change = {"op": "replace", "value": {"emails": told, "displayName": f"Of {email}"}}
        assert directory.changes(gil, change).status == 200
    assert directory.sends(f"POST {USERS}", person("gil@example.com")).status == 409
    group = directory.groups("Customers", ids[1], gil)
    portal.sets(directory_groups=[group])
    for start in ("1", "2"):
        query = {"startIndex": start, "count": "1"}
        assert directory.sends(f"GET {GROUPS}", query=query).status == 200
    assert directory.finds_groups(f'id eq "{group}" and members eq "{gil}"') == [group]
    assert directory.members(group) == {ids[1], gil}
    gils: dict[str, Any] = {
        "sub": "100000000000000000077",
        "email_verified": True,
        "hd": "example.com",
    }
    providers.has("google", "gil", email="gil@example.com", **gils)
    assert portal.another_browser().signs_in_with("google", "gil").status == 303
    leaving = {"op": "remove", "path": f'members[value eq "{gil}"]'}
    assert directory.regroups(group, leaving).status == 200
    coming = {"op": "add", "path": "members", "value": [{"value": gil}]}
    assert directory.regroups(group, coming).status == 200
    renamed = {"op": "replace", "value": {"displayName": "Others", "externalId": "g-2"}}
    assert directory.regroups(group, renamed).status == 200
    assert directory.sends(f"DELETE {GROUP_ROUTE}", path={"group": group}).status == 204
    portal.sets(directory_groups=[])
    key = directory.text
    directory.text = fetched(portal, key).body["access_token"]
    many = [directory.adds(f"many{n}@example.com") for n in range(6)]
    for id_ in many:
        assert directory.removes(id_).status == 204
    portal.sets(directory_hold=True)
    portal.forward(hours=2)
    directory.text = key
    many = [directory.adds(f"held{n}@example.com") for n in range(8)]
    for id_ in many:
        assert directory.switches(id_, False).status == 200
    assert directory.switches(many[-1], True).status == 200
    owner, held = Staff(portal, "olga@acme.example"), f"{WORKSPACE}/directory/held"
    listed = owner.sends(f"GET {held}", query={"limit": "1"}).body
    assert listed["next"]
    for decision, id_ in zip(("leave", "keep"), many[5:7], strict=True):
        body = {"decision": decision, "people": [id_]}
        assert owner.sends(f"POST {held}", body).status == 200


def looks_after_links(owner: Staff, portal: Portal) -> None:
    """Make, list, rotate and revoke links, and end the sessions of a contact."""
    iris = portal.adds("Iris Ito", "iris@example.com")
    browser = portal.another_browser()
    browser.signs_in("iris@example.com")
    body = {"links": [{"contact": iris.id}, {"label": "Newsletter"}]}
    made = owner.sends(f"POST {LINKS}", body, headers={"idempotency-key": "press"}).body["links"]
    assert owner.sends(f"GET {LINKS}").status == 200
    for each in made:
        path = {"link": each["link"]["id"]}
        assert owner.sends(f"GET {LINKS}/{{link}}", path=path).status == 200
        assert owner.sends(f"POST {LINKS}/{{link}}/rotate", {}, path=path).status == 200
        assert owner.sends(f"POST {LINKS}/{{link}}/revoke", path=path).status == 200
    site = Site.register(portal, name="desk")
    site.signs_in(browser)
    path = {"contact": iris.id}
    pages = owner.sends(f"GET {OF}", path=path, query={"limit": "1"})
    session = pages.body["sessions"][0]["id"]
    assert owner.sends(f"POST {OF}/{{session}}/end", path=path | {"session": session}).status == 204
    assert owner.sends(f"POST {OF}/end", path=path).status == 204
    how: Any = {"host": "signin.acme.test", "by": "test"}
    lia = portal.adds("Lia Agent", "lia@example.com")
    TeamMembers("people", "sign-in").add(portal.workspace, lia, Role.AGENT, **how)
    agent = Staff(portal, lia.email)
    assert agent.sends(f"GET {OF}", path=path).status == 200
    (row,) = [
        each
        for each in portal.rows("sign-in")
        if each["sk"] == "misses" and f"#{lia.id}#" in each["pk"]
    ]
    portal.writes("sign-in", row | {"contacts": frozenset(map(str, range(MOST_HITS)))})
    assert agent.sends(f"GET {OF}", path={"contact": portal.ann.id}).status == 429
    portal.delivers_mail()
    olga = portal.team.contact("acme", owner.email)
    with_key = WorkspaceKeys("people", "sign-in").add(
        portal.workspace, olga, label="X", scopes=[Scope.LINKS], host="x", by="test"
    )[1]
    headers = {"authorization": f"Bearer {with_key}"}
    listed = portal.knock(
        "manage_links", f"GET {LINKS}", origin=None, headers=headers, path={"workspace": "acme"}
    )
    assert listed.status == 200


def looks_after_the_settings(owner: Staff) -> None:
    """Change settings and the logo, and undo it."""
    match = {"if-match": owner.sends(SETTINGS).headers["etag"]}
    wanted = {"entrance": True, "sign_up": True, "terms_url": "https://acme.test/terms"}
    changed = owner.sends(f"PATCH {WORKSPACE}/settings", wanted, headers=match)
    for png in (PNG, PNG + b"x"):
        match = {"if-match": changed.headers["etag"], "content-type": "image/png"}
        changed = owner.sends(LOGO, png, headers=match)
        assert changed.status == 200
    assert owner.sends(f"GET {WORKSPACE}/changes").status == 200
    path, match = {"change": changed.body["change"]}, {"if-match": changed.headers["etag"]}
    undo = f"POST {WORKSPACE}/changes/{{change}}/undo"
    assert owner.sends(undo, path=path, headers=match).status == 200
    looks_after_portals(owner)


def looks_after_portals(owner: Staff) -> None:
    """Register a portal, change it, and remove it."""
    wanted = {"id": "desk", "redirect_uris": ["https://desk.test/cb"]}
    added = owner.sends(f"POST {PORTALS}", wanted)
    assert owner.sends(f"GET {PORTALS}").status == 200
    path, match = {"portal": "desk"}, {"if-match": added.headers["etag"]}
    one = f"{PORTALS}/{{portal}}"
    changed = owner.sends(f"PATCH {one}", {"label": "Desk"}, path=path, headers=match)
    match = {"if-match": changed.headers["etag"]}
    rotated = owner.sends(f"POST {one}/secret", path=path, headers=match)
    match = {"if-match": rotated.headers["etag"]}
    assert owner.sends(f"DELETE {one}", path=path, headers=match).status == 204
    looks_after_connections(owner)


def looks_after_connections(owner: Staff) -> None:
    """Add a connection, change, test and confirm it, and remove it."""
    many = f"{WORKSPACE}/connections"
    wanted = {"id": "ids", "kind": "x", "client_id": "portico", "secret": "of-x"}
    added = owner.sends(f"POST {many}", wanted)
    assert owner.sends(f"GET {many}").status == 200
    one, path = f"{many}/{{connection}}", {"connection": "ids"}
    match = {"if-match": added.headers["etag"]}
    changed = owner.sends(f"PUT {one}/secret", {"secret": "new"}, path=path, headers=match)
    assert changed.status == 200
    assert owner.sends(f"POST {one}/test", path=path).body["test"]["passed"]
    for _ in range(2):
        match = {"if-match": owner.sends(f"GET {one}", path=path).headers["etag"]}
        assert owner.sends(f"POST {one}/confirm", path=path, headers=match).status == 204
    match = {"if-match": owner.sends(f"GET {one}", path=path).headers["etag"]}
    assert owner.sends(f"DELETE {one}", path=path, headers=match).status == 204


def has_an_account(portal: Portal) -> None:
    """Sign up, set a password and come by it, and do all there is to do to one's account."""
    portal.sets(directory_rule="off", password_method=True, sign_up=True, account_deletion=True)
    eve = Member(portal, portal.another_browser())
    eve.browser.signs_up("eve@example.com")
    portal.delivers_mail()
    eve.token = eve.browser.types_the_mailed_code().body["access_token"]
    portal.another_browser().signs_up("eve@example.com")
    portal.delivers_mail()
    eve.browser.forgets_the_password("eve@example.com")
    portal.delivers_mail()
    assert eve.browser.sets_a_password(FIRST, portal.mailed_code()).status == 200
    assert eve.browser.types_a_password(SECOND, "eve@example.com").status == 401
    eve.token = eve.browser.types_a_password(FIRST, "eve@example.com").body["access_token"]
    assert eve.browser.changes_the_password(SECOND, eve.token).status == 204
    assert eve.reads()["password"]["is_set"]
    assert eve.asks("PATCH /v1/account", {"language": "de"}).status == 200
    assert eve.asks("POST /v1/account/confirm", {}).status == 202
    portal.delivers_mail()
    assert eve.moves("eve@example.net").status == 200
    portal.delivers_mail()
    link = portal.mails[-1].text.partition("#undo=")[2].split()[0]
    connects_an_account(eve)
    other = Member(portal, portal.another_browser()).signs_in("eve@example.net")
    session = next(each["id"] for each in eve.reads()["sessions"] if not each["current"])
    route = "DELETE /v1/account/sessions/{session}"
    assert eve.asks(route, path={"session": session}).status == 204
    assert other.browser.refreshes().status == 401
    assert eve.asks("DELETE /v1/account/sessions").status == 204
    assert eve.asks("GET /v1/account/history").status == 200
    assert eve.asks("GET /v1/account/export").status == 200
    portal.sets(code_method=False)
    # Each of the two, while the other one stays: there is no other way in.
    identity = eve.reads()["identities"][0]["id"]
    route = "DELETE /v1/account/identities/{identity}"
    assert eve.asks(route, path={"identity": identity}).status == 204
    connects_an_account(eve)
    assert eve.asks("DELETE /v1/account/password").status == 204
    portal.sets(code_method=True)
    assert eve.moves("eve@example.org").status == 200
    assert eve.browser.changes_the_password(THIRD, eve.token).status == 204
    assert eve.asks("DELETE /v1/account").status == 409
    assert eve.undoes(link).status == 200
    portal.forward(days=1)
    again = Member(portal, portal.another_browser()).signs_in("eve@example.com")
    assert again.moves("eve@example.net").status == 200
    portal.forward(hours=73)
    again = Member(portal, portal.another_browser()).signs_in("eve@example.net")
    asked = AskedRef("x", "of eve", email="eve@example.net")
    eves = ContactRefs("people").put(portal.workspace, asked, by="test", reach=ABOVE_ALL)
    connects_for(portal, eves.contact.id, "eve@example.net")
    assert again.asks("DELETE /v1/account").status == 204


def has_mail_come_back(portal: Portal, calls: dict[str, list[Sent]]) -> None:
    """Hear that a mail arrived, and that one came back, of a domain that refuses; then ask again."""
    portal.forward(days=1)
    portal.adds("Dana Doyle", "dana@example.net")
    for told in (delivered, bounced):
        dana = portal.another_browser()
        dana.asks_for_a_code("dana@example.net")
        portal.delivers_mail()
        sent = [each for each in calls["send_mail"] if each.operation == "sesv2.SendEmail"][-1]
        mail = SentMail.of_call(sent.parameters, id_="ses", at=portal.now)
        event = told(mail)
        handle = door("record_delivery").handler
        assert handle({"Records": [queue_record(event)]}, None)["batchItemFailures"] == []
        for row in portal.rows("sign-in"):
            if "#refusals#" in row["pk"]:
                for n in range(10):
                    portal.writes("sign-in", row | {"sk": f"another-{n}"})
        handle({"Records": [queue_record(event)]}, None)
    assert any(row.get("bounced") for row in portal.rows("sign-in"))
    portal.another_browser().asks_for_a_code("dana@example.net")
    portal.records_trail()
    portal.delivers_mail()
    gus = Staff(portal, "gus@example.com")
    held = portal.team.contact("acme", "dana@example.net")
    asks_why(gus, portal, held.id)
    path = {"contact": held.id}
    lifted = gus.sends(f"POST {CONTACTS}/{{contact}}/lift", path=path)
    assert lifted.body["lifted"] == "lifted-and-asked"
    told = gus.sends(f"POST {CONTACTS}/lift-domain", {"domain": "example.net"})
    assert told.status == 200


def asks_why(gus: Staff, portal: Portal, contact: str) -> None:
    """Ask why somebody does not get in: by an address, by an id, by a sign-in, and of nobody."""
    portal.personal_link(contact)
    portal.sets(directory_rule="match_required")
    agent = portal.adds("Grace Lind", "grace@example.com")
    TeamMembers("people", "sign-in").add(portal.workspace, agent, Role.AGENT, host="x", by="test")
    grace = Staff(portal, "grace@example.com")
    sign_in = next(row["pk"] for row in portal.rows("sign-in") if "#delivery#" in row["pk"])
    for body in (
        {"email": "dana@example.net"},
        {"contact": contact},
        {"sign_in": sign_in.rpartition("#")[2]},
        {"email": "nobody@gmial.com"},
    ):
        told = grace.sends(f"POST {WORKSPACE}/diagnosis", body)
        assert told.status == 200, told.event
    # SES has told nothing of this one's mail, so it is found in the list.
    portal.another_browser().asks_for_a_code("dana@example.net")
    portal.records_trail()
    newest = max((e for e in portal.rows("trail") if e.get("name") == "code.requested"), key=lambda e: str(e["at"]))  # fmt: skip
    told = grace.sends(f"POST {WORKSPACE}/diagnosis", {"sign_in": newest["detail"]["sign_in"]})
    assert told.status == 200, told.event
    portal.sets(logo="0123456789abcdef")
    assert grace.sends(f"POST {WORKSPACE}/mail-preview", {}).status == 200
    for n in range(MOST_MISSES):
        if n % 25 == 24:
            portal.forward(minutes=1)  # for the minute's own budget
            grace.bearer = grace.token()
        grace.sends(f"POST {WORKSPACE}/diagnosis", {"email": f"x{n}@example.org"})
    portal.delivers_mail()
    olga = portal.team.contact("acme", gus.email)
    with_key = WorkspaceKeys("people", "sign-in").add(
        portal.workspace, olga, label="Y", scopes=[Scope.DIAGNOSIS], host="x", by="test"
    )[1]
    told = portal.knock(
        "diagnose",
        f"POST {WORKSPACE}/diagnosis",
        {"contact": contact},
        origin=None,
        headers={"authorization": f"Bearer {with_key}"},
        path={"workspace": "acme"},
    )
    assert told.status == 200, told.event


def connects_an_account(member: Member) -> None:
    begun = member.asks("POST /v1/account/identities", {"connection": "google"})
    member.browser.trip = begun.body["authorize_url"]
    assert member.browser.comes_back("ben").told == "linked"


class TestEveryCallOfEveryDoor:
    @pytest.mark.slow
    def test_is_granted_down_to_the_kind_of_row_and_nothing_else_is(
        self,
        portal,
        connected,  # noqa: F811  # the fixture, imported above
        calls,
    ):
        all_that_is_done(portal, connected)
        has_mail_come_back(portal, calls)

        made = {
            (role_of(name), touch)
            for name, sent in calls.items()
            for each in sent
            if each.operation.startswith("dynamodb.")
            for touch in touches(each)
        }
        assert calls.keys() == set(doors())
        assert {each for each in made if not allowing(*each)} == set()
        # The other way round: what no call needs, no door may.
        needed = {grant for each in made for grant in allowing(*each)}
        assert set(granted()) - needed == set(NEEDED_WHEN)


NEEDED_WHEN = {
    ("RequestCodeRole", "SignInTable", "UpdateItem", "*#auto#*"): (
        "a code could not be asked for after all, and the page may ask again by itself"
    ),
}
"""Grants that a quiet day makes no use of."""


def role_of(door_name: str) -> str:
    role: str = doors()[door_name]["Role"]["Fn::GetAtt"][0]
    return role
