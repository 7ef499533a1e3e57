import json
import os
from datetime import timedelta

import boto3
import pytest

from cli.deployments import formation
from cli.durations import about, seconds
from cli.same_site import is_same_site, site_of
from portico.clock import in_largest_unit

SHOW = ("workspace", "show", "acme")


class TestAStack:
    def test_has_to_be_named(self, acme):
        result = acme.runs(*SHOW)

        assert result.exit_code == 2
        assert result.stderr.startswith("Say which Portico")

    def test_may_be_named_by_the_environment(self, acme, monkeypatch):
        monkeypatch.setenv("PORTICO_STACK", "portico")

        assert acme.runs(*SHOW).exit_code == 0

    def test_that_is_not_there_is_named(self, acme):
        result = acme.runs(*SHOW, "--stack", "other")

        assert result.exit_code == 1
        assert result.stderr.strip() == "There is no stack other in eu-west-1 of this account."

    def test_of_another_kind_is_told_apart(self, acme):
        acme.wire.stacks["shop"] = {"Url": "https://shop.test"}

        result = acme.runs(*SHOW, "--stack", "shop")

        assert result.exit_code == 1
        assert "is not a Portico" in result.stderr

    def test_whose_table_is_gone_is_refused_and_not_to_be_tried_again(self, acme):
        acme.wire.stacks["portico"] = acme.wire.stacks["portico"] | {"PeopleTable": "gone"}

        assert "ResourceNotFoundException" in acme.refused(*SHOW)

    def test_out_of_reach_may_be_tried_later(self, acme, monkeypatch):
        monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", "http://127.0.0.1:9")
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
        formation.cache_clear()

        assert acme.refused(*SHOW, code=3).startswith("AWS is out of reach")
        formation.cache_clear()

    def test_says_what_is_wrong_as_json_too(self, acme):
        result = acme.runs("workspace", "show", "nobody", "--stack", "portico", "--json")

        assert result.exit_code == 1
        said = {"error": ["There is no workspace nobody."], "exit_code": 1}
        assert json.loads(result.stderr) == said


class TestTheLocalOne:
    def test_is_found_by_what_its_front_tells(self, acme):
        acme.wire.local = _local()

        result = acme.runs(*SHOW, "--local", acme.wire.url, "--json")

        assert result.exit_code == 0, result.output
        assert json.loads(result.stdout)["page_url"] == "http://127.0.0.1:8000/acme"

    def test_never_uses_the_credentials_of_a_real_account(self, acme, monkeypatch):
        acme.wire.local = _local()
        monkeypatch.setenv("AWS_PROFILE", "production")
        monkeypatch.setenv("AWS_SESSION_TOKEN", "real")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "real")

        acme.runs(*SHOW, "--local", acme.wire.url)

        assert "AWS_PROFILE" not in os.environ
        assert "AWS_SESSION_TOKEN" not in os.environ
        assert os.environ["AWS_ACCESS_KEY_ID"] == "000000000000"

    def test_judges_links_by_its_own_clock(self, acme, clock):
        acme.says("link", "create", "acme", "--days", "1")
        acme.wire.local = _local(now="2026-11-22T12:00:00+00:00")

        result = acme.runs("link", "list", "acme", "--all", "--json", "--local", acme.wire.url)

        (link,) = json.loads(result.stdout)["links"]
        assert link["state"] == "expired"

    def test_that_is_not_running_says_how_to_start_it(self, acme):
        result = acme.runs(*SHOW, "--local", "http://127.0.0.1:9")

        assert result.exit_code == 3
        assert "make run" in result.stderr

    def test_is_not_at_an_address_of_any_kind(self, acme):
        assert acme.runs(*SHOW, "--local", "httpx").exit_code == 2

    def test_is_named_together_with_no_stack(self, acme):
        assert acme.runs(*SHOW, "--local", "--stack", "portico").exit_code == 2


class TestADuration:
    @pytest.mark.parametrize(
        ("text", "whole"), [("90s", 90), ("30m", 1800), ("8h", 28800), ("7D", 604800), ("0s", 0)]
    )
    def test_is_written_and_read_with_its_unit(self, text, whole):
        assert seconds(text) == whole
        assert seconds(in_largest_unit(whole)) == whole

    @pytest.mark.parametrize(
        ("whole", "said"),
        [(604800, "7d"), (129600, "36h"), (86400, "1d"), (5400, "90m"), (61, "61s"), (0, "0s")],
    )
    def test_is_written_in_the_largest_unit_that_is_whole(self, whole, said):
        assert in_largest_unit(whole) == said

    @pytest.mark.parametrize(
        ("whole", "said"),
        [(0, "0 s"), (119, "119 s"), (3600, "1 h"), (7199, "119 min"), (86400, "1 day"),
         (86401, "24 h"), (604799, "6 days")],
    )  # fmt: skip
    def test_is_roughly_the_largest_unit_that_fits(self, whole, said):
        assert about(timedelta(seconds=whole)) == said


class TestASite:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("https://signin.acme.com", "https://portal.acme.com"),
            ("https://acme.co.uk", "https://portal.acme.co.uk:8443"),
            ("http://127.0.0.1:8000", "http://127.0.0.1:8001"),
            ("http://localhost:8000", "http://localhost:8001"),
        ],
    )
    def test_is_what_browsers_take_for_one(self, one, other):
        assert is_same_site(one, other)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("https://acme.co.uk", "https://globex.co.uk"),
            ("https://acme.com", "https://acme.org"),
            ("http://signin.acme.com", "https://portal.acme.com"),
            ("https://a.execute-api.eu-west-1.amazonaws.com", "https://portal.acme.com"),
            (
                "https://a.execute-api.eu-west-1.amazonaws.com",
                "https://b.execute-api.eu-west-1.amazonaws.com",
            ),
            ("http://127.0.0.1:8000", "http://127.0.0.2:8000"),
            ("http://localhost:8000", "http://127.0.0.1:8000"),
        ],
    )
    def test_ends_where_browsers_end_it(self, one, other):
        assert not is_same_site(one, other)

    def test_may_have_letters_of_its_own(self):
        # 公司.cn is a public suffix: the list spells it so, a browser in ASCII.
        assert site_of("https://a.b.xn--55qx5d.cn") == "b.xn--55qx5d.cn"

    def test_is_named_by_its_registrable_name(self):
        assert site_of("https://a.b.acme.co.uk/x") == "acme.co.uk"


def _local(now="2026-11-21T12:00:00+00:00"):
    """What the front of `make run` tells."""
    told = {
        "endpoint": boto3.client("dynamodb").meta.endpoint_url,
        "region": "eu-west-1",
        "access_key_id": "000000000000",
        "secret_access_key": "local",
        "people_table": "people",
        "sign_in_table": "sign-in",
        "trail_table": "trail",
        "stack": "portico",
        "api_url": "http://127.0.0.1:8000",
    }
    return {
        "/_local/stack.json": told,
        "/_local/clock": {"now": now},
    }
