"""The events in events/ are what AWS hands over: one for each route and trigger of the template."""

import json
import os
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import boto3
import pytest

from portico.aws.values import Row, item_of, row_of
from portico.backchannel.rules import SignOut
from portico.events import Event
from portico.links.team_links import TeamLinks
from portico.openid.registered_client import RegisteredClient
from portico.openid.store import RegisteredClients
from portico.people.flow import TeamPeople
from portico.people.rules import Workspace
from portico.sso.rules import Connection
from portico.sso.states import State
from portico.sso.store import Connections, secret_name
from tests.support.doors import answered, door
from tests.support.driver import is_line
from tests.support.shared_rows import rows_in
from tests.support.template import doors

FOLDER = Path(__file__).parents[2] / "events"
EVENTS = {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))}
REQUESTS = {name: event for name, event in EVENTS.items() if "routeKey" in event}
BATCHES = {name: event for name, event in EVENTS.items() if "Records" in event}
OF_THE_BUS = {name: event for name, event in EVENTS.items() if "detail-type" in event}

ANSWERS = {
    "resolve_link": 200,
    "request_code": 202,
    "resend_code": 429,  # asked for a moment ago
    "ask_for_mail": 410,  # told to pages of personal links alone
    "renew_link": 404,  # a link that we never made
    "verify_code": 401,  # not the code that was mailed
    "password_sign_in": 401,  # no password has been set
    "password_forgot": 202,
    "password_reset": 401,  # the code that was mailed is one to sign in
    "password_change": 401,
    "sign_up": 202,
    "account_read": 401,
    "account_edit": 401,
    "account_delete": 401,
    "account_confirm": 401,
    "account_email": 401,
    "account_email_confirm": 401,
    "account_email_undo": 410,  # a token that we never made
    "account_password_remove": 401,
    "account_identity_add": 401,
    "account_identity_remove": 401,
    "account_session_end": 401,
    "account_sessions_end": 401,
    "account_history": 401,
    "account_export": 401,
    "synced_users_list": 401,
    "synced_user_add": 401,
    "synced_users_search": 401,
    "directory_search": 401,
    "synced_user_read": 401,
    "synced_user_replace": 401,
    "synced_user_change": 401,
    "synced_user_remove": 401,
    "synced_groups_list": 401,
    "synced_group_add": 401,
    "synced_groups_search": 401,
    "synced_group_read": 401,
    "synced_group_replace": 401,
    "synced_group_change": 401,
    "synced_group_remove": 401,
    "scim_capabilities": 401,
    "scim_types": 401,
    "scim_type": 401,
    "scim_schemas": 401,
    "scim_schema": 401,
    "settings_read": 401,
    "settings_change": 401,
    "logo_set": 401,
    "changes_read": 401,
    "change_undo": 401,
    "portals_read": 401,
    "portal_add": 401,
    "portal_read": 401,
    "portal_change": 401,
    "portal_remove": 401,
    "portal_secret_rotate": 401,
    "connections_read": 401,
    "connection_add": 401,
    "connection_read": 401,
    "connection_change": 401,
    "connection_remove": 401,
    "connection_secret_replace": 401,
    "connection_test": 401,
    "connection_confirm": 401,
    "team_read": 401,
    "team_add": 401,
    "team_change": 401,
    "team_confirm": 401,
    "team_methods_read": 401,
    "team_methods_set": 401,
    "team_remove": 401,
    "keys_read": 401,
    "key_add": 401,
    "key_rotate": 401,
    "key_revoke": 401,
    "contact_add": 401,
    "contact_find": 401,
    "contact_export": 401,
    "contact_trail": 401,
    "trail_export": 401,
    "trail_list": 401,
    "trail_overview": 401,
    "directory": 401,
    "directory_find": 401,
    "directory_list": 401,
    "touched": 401,
    "mail_preview": 401,
    "held_list": 401,
    "held_decide": 401,
    "contact_erase": 401,
    "contact_by_ref": 401,
    "ref_detach": 401,
    "contacts_list": 401,
    "import_begin": 401,
    "import_read": 401,
    "import_part": 401,
    "import_finish": 401,
    "import_cancel": 401,
    "import_report": 401,
    "contact_read": 401,
    "contact_correct": 401,
    "contact_email": 401,
    "contact_deactivate": 401,
    "contact_lift": 401,
    "contact_merge": 401,
    "contact_merge_undo": 401,
    "contact_lift_domain": 401,
    "diagnosis": 401,
    "contact_reactivate": 401,
    "links_list": 401,
    "links_add": 401,
    "link_read": 401,
    "link_rotate": 401,
    "link_revoke": 401,
    "contact_sessions": 401,
    "contact_sessions_end": 401,
    "contact_session_end": 401,
    "start_sso": 200,
    "universal_logout": 401,
    "finish_sso": 303,  # to the page, which says that it was cancelled
    "authorize": 303,  # to the page: nobody is signed in
    "authorize_form": 303,
    "token": 400,  # a code that we never made
    "userinfo": 401,
    "userinfo_form": 401,
    "end_session": 303,
    "end_session_form": 303,
    "revoke": 200,
    "session_read": 401,
    "session_refresh": 401,
    "session_sign_out": 204,
    "discovery": 200,
    "jwks": 200,
    "root": 200,
    "sign_in_page": 200,
    "sign_in_page_head": 200,
    "console": 200,
    "console_head": 200,
    "page_asset": 200,
    "page_asset_head": 200,
    "logo": 404,  # of a logo that was replaced
    "elsewhere": 404,
}


@pytest.fixture
def acme(tables: None, clock: Any) -> None:
    """The part of the local world that the events speak of, and the challenge they go on with."""
    team = TeamPeople("people")
    acme = Workspace(
        "acme", "Acme", "https://portal.example.com", password_method=True, sign_up=True
    )
    team.create_workspace(acme, by="test")
    head = row_of(BATCHES["record_trail_people"]["Records"][0]["dynamodb"]["OldImage"])
    team.add_contact("acme", name=head["name"], email=head["email"], id_=head["id"], by="test")
    token = json.loads(REQUESTS["resolve_link"]["body"])["link"]
    TeamLinks("people").create("acme", by="test", token=token)
    boto3.client("dynamodb").put_item(
        TableName="sign-in", Item=image(BATCHES["send_mail_stream"]["Records"][0])
    )


@pytest.fixture
def harbor(tables: None, clock: Any) -> None:
    """The portals on another site that the events speak of."""
    home = Workspace("harbor", "Harbor Help", "http://localhost:8003")
    TeamPeople("people").create_workspace(home, by="test")
    event = Event("portal.added", datetime.now(UTC), "portal-spa", 365, "test")
    there = home.portal_url
    for portal in (
        RegisteredClient(
            "spa", "harbor", "In the browser", redirect_uris=[f"{there}/spa/callback"]
        ),
        RegisteredClient("help-center", "harbor", "Help", post_logout_uris=[f"{there}/signed-out"]),
    ):
        RegisteredClients("people", "harbor").put(portal, home, event)


@pytest.fixture
def facebook(acme: None) -> Iterator[None]:
    """The connection that the two events of SSO speak of."""
    connection = Connection("facebook", "acme", "facebook", "Facebook", client_id="portico")
    event = Event("connection.added", datetime.now(UTC), "connection-facebook", 365, "test")
    Connections("people", "acme").put(connection, TeamPeople("people").workspace("acme"), event)
    name = secret_name(os.environ["CONNECTION_SECRETS"], connection)
    manager = boto3.client("secretsmanager")
    # Other tests of the same process may have kept one under this name.
    manager.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    manager.create_secret(Name=name, SecretString="secret")
    yield
    manager.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


def image(record: dict[str, Any]) -> Any:
    return record["dynamodb"]["NewImage"]


def rows(table: str) -> list[Row]:
    return rows_in(table)


class TestEveryTrigger:
    def test_has_its_event(self):
        in_template = {
            trigger(name, each) for name, one in doors().items() for each in one["Events"].values()
        }
        in_folder = {of_request(name) for name in REQUESTS} | {of_batch(name) for name in BATCHES}
        in_folder |= {(name.removesuffix("_bus"), "bus") for name in OF_THE_BUS}

        assert in_folder == in_template

    @pytest.mark.parametrize(
        "name", sorted(each for each in BATCHES if not each.endswith("_queue"))
    )
    def test_lets_its_event_through_its_filter(self, name):
        (record,) = BATCHES[name]["Records"]
        (stream,) = [
            each["Properties"]
            for each in doors()[of_batch(name)[0]]["Events"].values()
            if each["Type"] == "DynamoDB" and of_batch(name) == trigger(of_batch(name)[0], each)
        ]
        patterns = [json.loads(one["Pattern"]) for one in stream["FilterCriteria"]["Filters"]]

        assert any(lets_through(pattern, record) for pattern in patterns)


class TestARequest:
    @pytest.mark.parametrize("name", sorted(REQUESTS))
    def test_is_answered(self, facebook, harbor, name):
        opened = of_request(name)[0]

        answer = answered(door(opened).handler, EVENTS[name])

        assert (name, answer.status) == (name, ANSWERS[name])

    @pytest.mark.parametrize("name", sorted(REQUESTS))
    def test_has_the_shape_of_payload_2(self, name):
        event = REQUESTS[name]
        context = event["requestContext"]

        assert event["version"] == "2.0"
        assert event["routeKey"] == context["routeKey"]
        assert event["rawPath"] == context["http"]["path"]
        assert "cookie" not in event["headers"]
        assert all(header == header.lower() for header in event["headers"])
        body = event.get("body", "")
        # Forms come in base64, as everything does that is no text to the gateway.
        kinds = ["application/x-www-form-urlencoded", "image/png", "application/octet-stream"]
        kinds += ["application/scim+json"]
        is_no_text = event["headers"].get("content-type") in kinds
        assert event["isBase64Encoded"] == is_no_text
        length = len(b64decode(body)) if is_no_text else len(body)
        assert event["headers"].get("content-length", "0") == str(length)
        assert event["headers"]["user-agent"] == context["http"]["userAgent"]


class TestAPortalsRequest:
    """Its name and its address are those of `make run`, so nobody is told that they are not known."""

    @pytest.mark.parametrize("name", ["authorize", "authorize_form"])
    def test_to_sign_in_is_kept_for_the_page(self, harbor, name):
        answer = answered(door("authorize").handler, EVENTS[name])

        page, _, fragment = answer.headers["location"].partition("#")
        kept = dict(parse_qsl(dict(parse_qsl(fragment))["o"]))
        assert (page, dict(parse_qsl(fragment))["l"]) == ("/harbor", "prt_harbor_spa")
        assert kept.items() >= EVENTS["authorize"]["queryStringParameters"].items()

    @pytest.mark.parametrize("name", ["end_session", "end_session_form"])
    def test_to_sign_out_leads_back_to_it(self, harbor, name):
        browser = door("end_session").handler(EVENTS[name], None)
        while browser["headers"]["location"].startswith("/oauth2/"):
            # A form from another site comes without our cookie; what follows it has it.
            again = browser["headers"]["location"].partition("?")[2]
            event = EVENTS["end_session"] | {"rawQueryString": again}
            browser = door("end_session").handler(event, None)

        asked = EVENTS["end_session"]["queryStringParameters"]
        back = f"{asked['post_logout_redirect_uri']}?state={asked['state']}"
        assert browser["headers"]["location"] == back

    def test_for_tokens_is_refused_for_its_code_alone(self, harbor):
        answer = answered(door("token").handler, EVENTS["token"])

        assert answer.body["error"] == "invalid_grant"


class TestATripToAProvider:
    def test_goes_from_the_one_event_to_the_other(self, facebook):
        begun = door("start_sso").handler(EVENTS["start_sso"], None)

        url = urlsplit(json.loads(begun["body"])["authorize_url"])
        asked = dict(parse_qsl(url.query))
        back = EVENTS["finish_sso"]
        assert url.netloc == "www.facebook.com"
        assert asked["redirect_uri"] == f"https://{back['headers']['host']}{back['rawPath']}"
        assert State.parse(asked["state"]) is not None
        assert State.parse(back["queryStringParameters"]["state"]) is not None

    def test_that_was_cancelled_ends_on_the_page(self, facebook):
        begun = door("start_sso").handler(EVENTS["start_sso"], None)
        state = dict(parse_qsl(urlsplit(json.loads(begun["body"])["authorize_url"]).query))["state"]
        query = EVENTS["finish_sso"]["queryStringParameters"] | {"state": state}
        cookies = [each.partition(";")[0] for each in begun["cookies"]]
        back = EVENTS["finish_sso"] | {"queryStringParameters": query, "cookies": cookies}

        answer = door("finish_sso").handler(back, None)

        assert answer["headers"]["location"] == "/acme#e=sso-denied"


class TestWhatSesTells:
    def test_lets_the_rule_let_it_through(self):
        (rule,) = [
            each["Properties"]["Pattern"]
            for each in doors()["record_delivery"]["Events"].values()
            if each["Type"] == "EventBridgeRule"
        ]
        event = OF_THE_BUS["record_delivery_bus"]

        assert event["source"] in rule["source"]
        assert event["detail-type"] in rule["detail-type"]
        assert event["detail"]["eventType"] in rule["detail"]["eventType"]
        assert rule["detail"]["mail"]["tags"].keys() <= event["detail"]["mail"]["tags"].keys()

    @pytest.mark.parametrize("name", ["record_delivery_queue", "record_delivery_bus"])
    def test_of_a_mail_that_nobody_sent_changes_nothing(self, acme, name, capsys):
        before = rows("sign-in"), rows("people")

        assert door("record_delivery").handler(EVENTS[name], None)["batchItemFailures"] == []

        assert (rows("sign-in"), rows("people")) == before
        assert '"foreign"' in capsys.readouterr().out


class TestABatch:
    def test_of_the_stream_sends_the_mail(self, acme):
        assert (
            door("send_mail").handler(EVENTS["send_mail_stream"], None)["batchItemFailures"] == []
        )

        (challenge,) = [row for row in rows("sign-in") if row["sk"] == "challenge"]
        assert "sent" in challenge["claim_1"]

    def test_of_the_queue_sends_the_mail(self, acme):
        assert door("send_mail").handler(EVENTS["send_mail_queue"], None)["batchItemFailures"] == []

        (challenge,) = [row for row in rows("sign-in") if row["sk"] == "challenge"]
        assert "sent" in challenge["claim_1"]

    @pytest.mark.parametrize(
        ("name", "happened"),
        [
            ("record_trail_sign_in", "code.requested"),
            ("record_trail_people", "contact.deactivated"),
        ],
    )
    def test_of_the_stream_is_recorded(self, acme, name, happened):
        assert door("record_trail").handler(EVENTS[name], None)["batchItemFailures"] == []

        (line,) = filter(is_line, rows("trail"))
        assert line["name"] == happened

    def test_of_the_trails_stream_finds_whom_to_tell_and_of_the_queue_is_told(self, harbor):
        # Nobody holds that session, and the portal wants no word.
        for name in ("sign_out_portals_stream", "sign_out_portals_queue"):
            answer = door("sign_out_portals").handler(EVENTS[name], None)
            assert answer["batchItemFailures"] == []

    def test_holds_a_line_as_it_is_written(self, acme):
        door("record_trail").handler(EVENTS["record_trail_people"], None)

        (line,) = filter(is_line, rows("trail"))
        given = row_of(image(BATCHES["sign_out_portals_stream"]["Records"][0]))
        # A sign-out is not listed.
        assert given.keys() == line.keys() - {"listed"}

    def test_holds_what_is_queued_as_it_is_queued(self):
        body = json.loads(BATCHES["sign_out_portals_queue"]["Records"][0]["body"])

        assert set(body) == {each.name for each in fields(SignOut)}

    def test_holds_a_challenge_as_it_is_written(self, acme):
        door("request_code").handler(EVENTS["request_code"], None)

        given, written = [row for row in rows("sign-in") if row["sk"] == "challenge"]
        assert given.keys() == written.keys()

    def test_holds_a_contact_as_it_is_written(self, acme):
        change = BATCHES["record_trail_people"]["Records"][0]["dynamodb"]
        (head,) = [row for row in rows("people") if row["sk"] == "head"]

        assert row_of(change["OldImage"]).keys() == head.keys()
        assert item_of({"pk": head["pk"], "sk": head["sk"]}) == change["Keys"]


def trigger(name: str, event: dict[str, Any]) -> tuple[str, str]:
    """What starts a door, by the door and a word for the source."""
    properties = event["Properties"]
    match event["Type"]:
        case "HttpApi" if "Path" in properties:
            return name, f"{properties['Method']} {properties['Path']}"
        case "HttpApi":
            return name, "$default"
        case "EventBridgeRule":
            return name, "bus"
        case "DynamoDB":
            return name, properties["Stream"]["Fn::GetAtt"][0]
    return name, properties["Queue"]["Fn::GetAtt"][0]


def of_request(name: str) -> tuple[str, str]:
    route = REQUESTS[name]["routeKey"]
    return next(
        (each, route)
        for each, one in doors().items()
        if (each, route) in {trigger(each, event) for event in one["Events"].values()}
    )


def of_batch(name: str) -> tuple[str, str]:
    (source,) = {record["eventSourceARN"] for record in BATCHES[name]["Records"]}
    logical_id = next(part for part in source.split("-") if part.endswith(("Table", "Queue")))
    opened = next(each for each in doors() if name.startswith(each))
    return opened, logical_id


def lets_through(pattern: Any, value: Any) -> bool:
    """Say what an event source mapping's filter says, as far as the template's go."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(
            lets_through(each, value.get(name)) for name, each in pattern.items()
        )
    return any(
        (value is not None) is each["exists"] if isinstance(each, dict) else value == each
        for each in pattern
    )
