import json
import threading
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer

import boto3
import pytest
from typer.testing import CliRunner

from cli.app import app
from portico.people.store import workspace_now
from portico.sso.store import Connections
from portico.team.connection_changes import ConnectionChanges

TENANT = "7b2f5a44-93b5-4b0f-9a1e-2f0a4c1d9e11"
MICROSOFT = (
    "connection", "add", "acme", "entra", "--kind", "microsoft", "--client-id", "app-1",
    "--tenant", TENANT, "--vouches-for", "Acme.test",
)  # fmt: skip
SECRET = "portico/portico/connection/acme/entra"
OIDC = ("--kind", "oidc", "--issuer", "https://id.acme.test")
TEST = ("connection", "test", "acme")


@pytest.fixture
def secret(tmp_path):
    file = tmp_path / "secret"
    file.write_text("s3cret~value\n")
    return str(file)


@pytest.fixture
def entra(acme, secret):
    acme.says(*MICROSOFT, "--secret-file", secret)
    return acme


@pytest.fixture
def face(acme, secret):
    """A connection of a kind that publishes nothing, so that its test asks nobody."""
    acme.says(
        "connection", "add", "acme", "face", "--kind", "facebook", "--client-id", "a",
        "--secret-file", secret,
    )  # fmt: skip
    return acme


@pytest.fixture
def tested(face):
    face.says(*TEST, "face")
    return face


@cache
def manager():
    return boto3.client("secretsmanager")


def client_secrets():
    """The names of the client secrets that are kept; other tests keep secrets of their own."""
    kept = manager().list_secrets()["SecretList"]
    return [each["Name"] for each in kept if each["Name"].startswith("portico/portico/")]


@pytest.fixture(autouse=True)
def no_secrets_left(tables):
    yield
    for name in client_secrets():
        manager().delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


def is_changed_by_the_team(client: str) -> None:
    """Change whom the connection signs in as a member of the team does."""
    changes = ConnectionChanges("people", "sign-in", "portico/portico/connection", by_team=True)
    workspace = workspace_now("people", "acme")
    changes.make(
        workspace,
        lambda now: changes.plan_change(
            now, changes.find(now, "face"), {"client_id": client}, by="member:ct_1"
        ),
        host="signin.acme.test",
    )


class TestWhatWaitsForAnOwner:
    """Whoever has the stack's credentials stands above owners."""

    @pytest.mark.parametrize(
        "command",
        [(*TEST, "face"), ("connection", "test", "acme", "face", "--json")],
        ids=["test", "test-json"],
    )
    def test_is_offered_by_its_test(self, tested, command):
        is_changed_by_the_team("b")
        assert "draft" in tested.says("connection", "list", "acme").output

        tested.says(*command)

        found = Connections("people", "acme").get("face")
        assert found is not None
        assert (found.on, found.draft, found.waits, found.agreed) == (True, False, False, None)

    def test_is_offered_once_it_is_confirmed_and_tested(self, tested):
        is_changed_by_the_team("b")

        tested.says("team", "confirm", "acme", "--connection", "face")
        assert "draft" in tested.says("connection", "list", "acme").output
        tested.says(*TEST, "face")

        found = Connections("people", "acme").get("face")
        assert found is not None
        assert (found.on, found.waits) == (True, False)

    def test_says_so_and_is_switched_on(self, tested):
        is_changed_by_the_team("b")
        team = ConnectionChanges("people", "sign-in", "", by_team=True)
        team.make(
            workspace_now("people", "acme"),
            lambda now: team.plan_tested(now, team.find(now, "face"), by="member:ct_1"),
            host="signin.acme.test",
        )
        assert "waits for an owner" in tested.says("connection", "list", "acme").output

        tested.says("connection", "off", "acme", "face")
        assert "waits for an owner" in tested.says("connection", "list", "acme").output
        tested.says("connection", "on", "acme", "face")

        found = Connections("people", "acme").get("face")
        assert found is not None
        assert (found.on, found.waits) == (True, False)


class TestAddingAConnection:
    def test_shows_the_redirect_uri_to_register(self, acme, secret):
        told = acme.told(*MICROSOFT, "--secret-file", secret)

        row = told["connection"]
        assert row["redirect_uri"] == "https://signin.acme.test/v1/sso/entra/callback"
        assert (row["label"], row["tenants"], row["vouches_for"]) == (
            "Microsoft",
            [TENANT],
            ["acme.test"],
        )

    def test_is_what_the_doors_and_the_page_read(self, entra):
        stored = Connections("people", "acme").get("entra")
        shown = entra.told("workspace", "show", "acme")["workspace"]["connections"]

        assert stored is not None
        assert (stored.kind, stored.client_id) == ("microsoft", "app-1")
        entry = {"id": "entra", "kind": "microsoft", "label": "Microsoft", "on": False}
        assert shown == [{**entry, "draft": True}]

    def test_keeps_the_secret_in_secrets_manager_only(self, entra):
        kept = manager().get_secret_value(SecretId=SECRET)

        assert kept["SecretString"] == "s3cret~value"
        assert "s3cret" not in str(entra.people())

    def test_takes_the_secret_from_standard_input(self, acme):
        command = [*MICROSOFT, "--secret-file", "-", "--stack", "portico"]

        result = CliRunner().invoke(app, command, input="piped~value\n")

        assert result.exit_code == 0, result.output
        kept = manager().get_secret_value(SecretId=SECRET)
        assert kept["SecretString"] == "piped~value"

    def test_asks_for_the_secret_and_shows_it_nowhere(self, acme):
        result = CliRunner().invoke(app, [*MICROSOFT, "--stack", "portico"], input="typed~value\n")

        assert result.exit_code == 0, result.output
        assert "typed~value" not in result.output

    @pytest.mark.parametrize(
        ("content", "why"), [("", "1 to 4096"), ("a b", "without blanks"), (None, "No such file")]
    )
    def test_without_a_secret_is_refused(self, acme, tmp_path, content, why):
        if content is not None:
            (tmp_path / "secret").write_text(content)

        said = acme.refused(*MICROSOFT, "--secret-file", str(tmp_path / "secret"))

        assert why in said
        assert [row for row in acme.people() if "#connection#" in row["pk"]] == []

    def test_is_told_to_the_trail(self, entra):
        event = entra.line()

        assert (event["name"], event["by"]) == ("connection.added", "cli:olga")
        assert event["subject"] == "connection-entra"
        told = {"connection": "entra", "kind": "microsoft"}
        assert told.items() <= event["detail"].items()

    def test_twice_is_refused_unless_it_is_meant(self, entra, secret):
        again = (*MICROSOFT, "--secret-file", secret, "--label", "Acme account")

        assert "To write over it: --replace" in entra.refused(*again)
        assert entra.told(*again, "--replace")["connection"]["label"] == "Acme account"

    def test_never_turns_one_kind_into_another(self, entra, secret):
        said = entra.refused(
            "connection", "add", "acme", "entra", "--kind", "x", "--client-id", "a",
            "--secret-file", secret, "--replace",
        )  # fmt: skip

        assert "Another kind needs another id" in said

    @pytest.mark.parametrize(
        ("options", "why"),
        [
            (["--kind", "oidc", "--issuer", "http://id.acme.test"], "--issuer: an https address"),
            (["--kind", "oidc", "--issuer", "https://10.0.0.8"], "--issuer: a public address"),
            (["--kind", "oidc", "--issuer", "https://169.254.169.254"], "--issuer: a public"),
            (["--kind", "oidc", "--issuer", "https://[::1]"], "--issuer: a public address"),
            (["--kind", "oidc", "--issuer", "https://u@id.test"], "--issuer: an https address"),
            (["--kind", "oidc", "--issuer", "https://id.test/?a"], "without ?"),
            (["--kind", "oidc"], "--issuer: an https address"),
            (["--kind", "oidc", "--issuer", "https://id.test/{tenantid}/v2.0",
              "--discovery-url", "https://id.test/common"], "--issuer: one issuer"),
            (["--kind", "microsoft"], "--tenant: 1 to 20 tenant ids"),
            (["--kind", "microsoft", "--tenant", "acme.onmicrosoft.com"], "not its domain"),
            (["--kind", "microsoft", "--tenant", "common", "--tenant", TENANT], "use it alone"),
            (["--kind", "google", "--tenant", TENANT], "--tenant: only microsoft has it"),
            (["--kind", "google", "--issuer", "https://a.test"], "--issuer: only oidc has it"),
            (["--kind", "google", "--hosted-domain", "no domain"], "--hosted-domain: no domain"),
            (["--kind", "x", "--hosted-domain", "a.test"], "--hosted-domain: only google has it"),
            (["--kind", "google", "--discovery-url", "https://a.test/d"], "--discovery-url: only oidc"),
            ([*OIDC, "--discovery-url", "http://id.acme.test/d"], "--discovery-url: an https address"),
            ([*OIDC, "--discovery-url", "https://10.0.0.8/d"], "--discovery-url: a public address"),
            ([*OIDC, "--discovery-url", "https://u@id.test/d"], "--discovery-url: an https address"),
            ([*OIDC, "--discovery-url", "https://id.test/d#x"], "--discovery-url: an https address"),
            ([*OIDC, "--discovery-url", "https://id.test/a b"], "without blanks"),
            ([*OIDC, "--discovery-url", ""], "--discovery-url: 1 to 512"),
            (["--kind", "google", "--vouches-for", "a@b.test"], "a domain such as"),
            (["--kind", "x", "--vouches-for", "acme.test"], "--vouches-for: the provider does not say"),
            (["--kind", "saml"], "--kind: one of microsoft google facebook x oidc"),
            (["--kind", "x", "--label", "a\tb"], "--label: 1 to 100 printable"),
        ],
    )  # fmt: skip
    def test_says_in_words_what_cannot_be(self, acme, secret, options, why):
        said = acme.refused(
            "connection",
            "add",
            "acme",
            "idp",
            "--client-id",
            "a",
            "--secret-file",
            secret,
            *options,
        )

        assert why in said
        assert client_secrets() == []

    @pytest.mark.parametrize("id_", ["A", "a", "a/b", "../entra", "a#b"])
    def test_refuses_ids_that_are_no_path(self, acme, secret, id_):
        said = acme.refused(
            "connection", "add", "acme", id_, "--kind", "x", "--client-id", "a",
            "--secret-file", secret,
        )  # fmt: skip

        assert said.startswith("the workspace's id") or "2 to 31 of a-z" in said

    def test_of_many_tenants_warns_of_addresses_that_anybody_can_write(self, acme, secret):
        told = acme.told(
            "connection", "add", "acme", "entra", "--kind", "microsoft", "--client-id", "a",
            "--tenant", "organizations", "--vouches-for", "acme.test", "--secret-file", secret,
        )  # fmt: skip

        assert "xms_edov" in told["notes"][0]

    def test_that_is_the_eleventh_is_refused(self, acme, secret):
        for n in range(10):
            acme.says(
                "connection", "add", "acme", f"idp-{n}", "--kind", "x", "--client-id", "a",
                "--secret-file", secret,
            )  # fmt: skip

        assert "10 at most" in acme.refused(*MICROSOFT, "--secret-file", secret)


class TestListingConnections:
    def test_shows_all_and_no_secret(self, entra):
        told = entra.told("connection", "list", "acme")

        assert [each["id"] for each in told["connections"]] == ["entra"]
        assert "s3cret" not in str(told)
        assert "acme.test" in entra.says("connection", "list", "acme").stdout

    def test_says_when_sso_is_off_altogether(self, entra):
        entra.says("workspace", "set", "acme", "--no-sso")

        assert "SSO is switched off" in entra.told("connection", "list", "acme")["notes"][0]


class TestADraft:
    """A new connection, until its test has passed once."""

    def shown(self, terminal):
        (row,) = terminal.told("workspace", "show", "acme")["workspace"]["connections"]
        return row["on"]

    def state(self, terminal):
        stored = Connections("people", "acme").get("face")
        assert stored is not None
        return stored.draft, stored.on, self.shown(terminal)

    def test_is_what_a_new_connection_is(self, face):
        assert self.state(face) == (True, False, False)
        assert "draft" in face.says("connection", "list", "acme").stdout

    def test_is_said_to_be_one_and_what_ends_it(self, acme, secret):
        notes = acme.told(*MICROSOFT, "--secret-file", secret)["notes"]

        assert notes[-1].endswith(
            "portico connection test acme entra, which offers it on the sign-in page"
        )

    def test_that_passes_its_test_is_offered(self, face):
        told = face.told(*TEST, "face")

        assert (told["connection"]["draft"], told["connection"]["on"]) == (False, True)
        assert any("It was a draft" in each for each in told["notes"])
        assert self.state(face) == (False, True, True)
        event = face.line()
        assert event["name"] == "connection.switched-on"

    def test_that_fails_its_test_stays_one(self, face):
        manager().delete_secret(
            SecretId="portico/portico/connection/acme/face", ForceDeleteWithoutRecovery=True
        )
        before = face.row("acme#connection#face")

        face.refused(*TEST, "face")

        assert face.row("acme#connection#face") == before

    def test_cannot_be_switched_on_untested(self, face):
        said = face.refused("connection", "on", "acme", "face")

        assert said.endswith("portico connection test acme face")
        assert self.state(face) == (True, False, False)

    def test_that_was_written_over_is_still_one(self, face, secret):
        face.says(
            "connection", "add", "acme", "face", "--kind", "facebook", "--client-id", "b",
            "--secret-file", secret, "--replace",
        )  # fmt: skip

        assert self.state(face) == (True, False, False)

    def test_is_none_again_when_its_connection_is_written_over(self, tested, secret):
        # To renew a secret must keep nobody out.
        tested.says(
            "connection", "add", "acme", "face", "--kind", "facebook", "--client-id", "b",
            "--secret-file", secret, "--replace",
        )  # fmt: skip

        assert self.state(tested) == (False, True, True)

    def test_was_no_connection_from_before_there_were_any(self, tested):
        row = tested.row("acme#connection#face")
        assert "draft" not in row
        assert self.state(tested) == (False, True, True)

    def test_is_what_only_a_switch_says(self, tested):
        rows, row = Connections("people", "acme").rows, tested.row("acme#connection#face")
        rows.put(row | {"draft": "yes"}, "attribute_exists(pk)")

        stored = Connections("people", "acme").get("face")

        assert stored is not None
        assert stored.draft is False


class TestSwitchingAConnection:
    def test_off_takes_it_from_the_page(self, tested):
        assert tested.told("connection", "off", "acme", "face")["connection"]["on"] is False

        shown = tested.told("workspace", "show", "acme")["workspace"]["connections"]
        assert shown[0]["on"] is False
        event = tested.line()
        assert event["name"] == "connection.switched-off"

    def test_on_brings_it_back(self, tested):
        tested.says("connection", "off", "acme", "face")

        assert tested.told("connection", "on", "acme", "face")["connection"]["on"] is True

    def test_off_stays_off_through_another_test(self, tested):
        tested.says("connection", "off", "acme", "face")

        told = tested.told(*TEST, "face")

        assert told["connection"]["on"] is False
        assert any("it is switched off" in each for each in told["notes"])

    def test_to_what_it_is_writes_nothing(self, tested):
        before = tested.row("acme#connection#face")

        tested.says("connection", "on", "acme", "face")

        assert tested.row("acme#connection#face") == before

    def test_that_is_not_there_says_so(self, acme):
        assert acme.refused("connection", "off", "acme", "nope") == (
            "There is no connection nope in acme."
        )


class TestGooglesDomains:
    ADD = ("connection", "add", "acme", "google", "--kind", "google", "--client-id", "a")

    def test_may_be_several(self, acme, secret):
        more = ("--hosted-domain", "B.test", "--hosted-domain", "a.test", "--secret-file", secret)

        told = acme.told(*self.ADD, *more)

        assert told["connection"]["hosted_domains"] == ["a.test", "b.test"]
        # What a door of the version before reads: one of them, and never nothing.
        assert acme.row("acme#connection#google")["hosted_domain"] == "a.test"

    def test_of_a_row_from_before_is_its_one(self, acme, secret):
        acme.says(*self.ADD, "--hosted-domain", "a.test", "--secret-file", secret)
        row = acme.row("acme#connection#google")
        del row["hosted_domains"]
        connections = Connections("people", "acme")
        connections.rows.put(row, "attribute_exists(pk)")

        stored = connections.get("google")

        assert stored is not None
        assert stored.hosted_domains == ["a.test"]


class TestTestingAConnection:
    def test_says_what_was_found(self, at_home):
        told = at_home.told("connection", "test", "acme", "idp")

        assert told["found"]["keys found"] == "1"
        assert told["connection"]["redirect_uri"].endswith("/v1/sso/idp/callback")

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            ({"issuer": "https://other.test"}, "it calls its issuer 'https://other.test'"),
            ({"token_endpoint": "http://id.acme.test/token"}, "its token_endpoint is not an https"),
            ({"jwks_uri": "https://10.0.0.1/keys"}, "its jwks_uri is not a public address"),
            ({"id_token_signing_alg_values_supported": ["none", "HS256"]}, "no algorithm"),
        ],
    )
    def test_says_what_is_wrong_with_the_documents(self, at_home, provider, change, why):
        provider.document |= change

        assert why in at_home.refused("connection", "test", "acme", "idp")

    def test_says_that_there_is_no_document(self, at_home, provider):
        provider.document = None

        assert "there is no discovery document" in at_home.refused(
            "connection", "test", "acme", "idp"
        )

    def test_misses_its_secret(self, at_home):
        manager().delete_secret(
            SecretId="portico/portico/connection/acme/idp", ForceDeleteWithoutRecovery=True
        )

        assert "There is no client secret" in at_home.refused("connection", "test", "acme", "idp")

    def test_of_plain_oauth_shows_what_to_register(self, face):
        told = face.told(*TEST, "face")

        assert told["found"]["scope"] == "public_profile,email"

    def test_reads_the_document_where_it_is(self, at_home, provider, secret):
        # As Azure AD B2C has it: another path than the issuer's, with a query.
        provider.document |= {"issuer": f"{provider.url}/7b2f5a44/v2.0/"}
        url = f"{provider.url}/acme.example/v2.0/.well-known/openid-configuration?p=B2C_1_signin"
        provider.only_at = url.removeprefix(provider.url)
        add = (
            "connection", "add", "acme", "b2c", "--kind", "oidc", "--client-id", "a",
            "--issuer", f"{provider.url}/7b2f5a44/v2.0/", "--secret-file", secret,
        )  # fmt: skip
        at_home.says(*add)
        assert "no discovery document" in at_home.refused(*TEST, "b2c")

        at_home.says(*add, "--discovery-url", url, "--replace")
        told = at_home.told(*TEST, "b2c")

        assert (told["found"]["discovery"], told["connection"]["on"]) == (url, True)

    def test_asks_for_the_issuer_wherever_the_document_is(self, at_home, provider, secret):
        provider.document |= {"issuer": "https://other.test"}
        at_home.says(
            "connection", "add", "acme", "b2c", "--kind", "oidc", "--client-id", "a",
            "--issuer", f"{provider.url}/v2.0", "--discovery-url", f"{provider.url}/elsewhere",
            "--secret-file", secret,
        )  # fmt: skip

        assert "it calls its issuer 'https://other.test'" in at_home.refused(*TEST, "b2c")

    @pytest.mark.parametrize(
        "where",
        [
            ("--issuer", "https://localhost:9"),
            ("--issuer", "https://id.acme.test", "--discovery-url", "https://localhost:9/d"),
        ],
    )
    def test_keeps_off_private_addresses_of_a_deployed_stack(self, acme, provider, secret, where):
        acme.says(
            "connection", "add", "acme", "idp", "--kind", "oidc", "--client-id", "a",
            *where, "--secret-file", secret,
        )  # fmt: skip

        assert "not on the public internet" in acme.refused("connection", "test", "acme", "idp")


class Provider:
    url = ""
    document: dict[str, object] | None = None
    only_at: str | None = None
    """The one path where the document is."""
    keys: dict[str, object] = {"keys": [{"kty": "RSA", "kid": "1", "n": "sXch" * 86, "e": "AQAB"}]}  # noqa: RUF012


@pytest.fixture
def provider():
    told = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_there = told.only_at in (None, self.path)
            answer = told.keys if self.path == "/keys" else told.document if is_there else None
            text = json.dumps(answer).encode() if answer else b"<html>"
            self.send_response(200)
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_port}"
    told.document = {
        "issuer": told.url,
        "authorization_endpoint": f"{told.url}/authorize",
        "token_endpoint": f"{told.url}/token",
        "jwks_uri": f"{told.url}/keys",
    }
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield told
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def at_home(acme, provider, secret, monkeypatch):
    """A stack whose providers may answer on this machine, as those of `make run` do."""
    from cli import deployments
    from cli.deployments import find as really_find

    def find(stack, local):
        from dataclasses import replace

        return replace(really_find(stack, local), loopback=True)

    monkeypatch.setattr(deployments, "find", find)
    acme.says(
        "connection", "add", "acme", "idp", "--kind", "oidc", "--client-id", "a",
        "--issuer", provider.url, "--secret-file", secret,
    )  # fmt: skip
    return acme
