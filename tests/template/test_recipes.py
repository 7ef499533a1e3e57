"""CloudFront in front of Portico: what it keeps, what it passes on, whom it turns away."""

import re
from datetime import timedelta

import pytest

from portico.edge.assets import FOR_EVER
from portico.edge.problems import PROBLEMS
from portico.edge.requests import EDGE_HEADER
from portico.edge.responses import Response
from portico.edge.routes import HTTP_METHODS
from portico.edge.session_routes import CACHED
from portico.errors import TooManyRequests
from portico.limits.rules import NETWORK
from tests.support.template import ROOT, doors, resolved, template

RECIPE = template(ROOT / "recipes" / "cloudfront.yaml")["Resources"]
DISTRIBUTION = RECIPE["Distribution"]["Properties"]["DistributionConfig"]
FIREWALL = RECIPE["Firewall"]["Properties"]
SECRET_BY_NAME = {"Fn::Sub": "{{resolve:secretsmanager:${EdgeSecret}}}"}
CACHES_NOTHING = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
PASSES_EVERYTHING_ON = "33f36d7e-f396-46d9-90e0-52428a34d9dc"
"""Managed policies: CachingDisabled, and AllViewerAndCloudFrontHeaders-2022-06."""
KEPT_UNLESS_TOLD = {400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504}
"""Statuses of errors that CloudFront keeps for ten seconds, and lets a distribution decide on.

Source: CloudFront's developer guide, "How CloudFront caches HTTP 4xx and 5xx status codes".
"""


def behaviours():
    return [*DISTRIBUTION["CacheBehaviors"], DISTRIBUTION["DefaultCacheBehavior"]]


def cache_policy(name: str):
    return RECIPE[name]["Properties"]["CachePolicyConfig"]


class TestTheCache:
    def test_never_keeps_the_api_or_the_page(self):
        kept_nothing = {
            each.get("PathPattern")
            for each in behaviours()
            if each["CachePolicyId"] == CACHES_NOTHING
        }

        assert kept_nothing == {"/v1/*", "/oauth2/*", None}
        # The first rule that fits is taken.
        assert [each["PathPattern"] for each in behaviours()[:2]] == ["/v1/*", "/oauth2/*"]

    def test_keeps_nothing_longer_than_portico_allows(self):
        for name in ("Files", "Keys"):
            policy = cache_policy(name)
            assert (policy["MinTTL"], policy["DefaultTTL"]) == (0, 0)
        assert f"max-age={cache_policy('Files')['MaxTTL']}," in FOR_EVER

    def test_keeps_signing_keys_for_less_than_a_rotation_counts_with(self):
        allowed = int(CACHED["cache-control"].rpartition("=")[2])

        assert cache_policy("Keys")["MaxTTL"] < allowed

    def test_keeps_no_error(self):
        # Neither cookie nor Authorization is in the key: one contact's 503 would be everybody's.
        kept_for = {
            each["ErrorCode"]: each["ErrorCachingMinTTL"]
            for each in DISTRIBUTION.get("CustomErrorResponses", [])
        }

        assert kept_for == dict.fromkeys(KEPT_UNLESS_TOLD, 0)

    def test_leaves_every_error_its_own_words(self):
        for each in DISTRIBUTION["CustomErrorResponses"]:
            assert each.keys() == {"ErrorCode", "ErrorCachingMinTTL"}

    def test_would_be_told_not_to_keep_any_other_answer(self):
        assert Response(200, {}).to_event()["headers"]["cache-control"] == "no-store"

    def test_tells_portals_apart_since_the_gateway_names_them_in_its_answers(self):
        for name in ("Files", "Keys"):
            key = cache_policy(name)["ParametersInCacheKeyAndForwardedToOrigin"]
            assert key["HeadersConfig"]["Headers"] == ["origin"]
            assert key["CookiesConfig"]["CookieBehavior"] == "none"


class TestWhatReachesPortico:
    def test_is_everything_that_it_decides_by(self):
        assert {each["OriginRequestPolicyId"] for each in behaviours()} == {PASSES_EVERYTHING_ON}

    def test_bears_the_edge_secret_under_the_name_that_doors_read(self):
        (origin,) = DISTRIBUTION["Origins"]
        assert origin["OriginCustomHeaders"] == [
            {"HeaderName": EDGE_HEADER, "HeaderValue": SECRET_BY_NAME}
        ]

    def test_bears_the_secret_that_doors_were_given_by_the_same_name(self):
        for door in doors().values():
            stated = door["Environment"]["Variables"].get("EDGE_SECRET")
            if stated is not None:
                assert resolved(stated, {"EdgeSecret": "portico/edge"}) == SECRET_BY_NAME
                assert resolved(stated, {"EdgeSecret": ""}) == ""

    @pytest.mark.parametrize("path", ["template.yaml", "recipes/cloudfront.yaml"])
    def test_bears_no_secret_that_was_typed_into_a_parameter(self, path):
        parameter = template(ROOT / path)["Parameters"]["EdgeSecret"]
        name = re.compile(parameter["AllowedPattern"])

        assert name.fullmatch("portico/edge")
        # Neither an ARN, which names its region, nor what would end the reference.
        assert not name.fullmatch(
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:portico/edge"
        )
        assert not name.fullmatch("x}}")

    def test_comes_by_https_alone(self):
        (origin,) = DISTRIBUTION["Origins"]
        assert origin["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"
        assert {each["ViewerProtocolPolicy"] for each in behaviours()} == {
            "https-only",
            "redirect-to-https",
        }

    def test_can_change_something_by_the_api_and_by_the_protocol_alone(self):
        writing = [each for each in behaviours() if "POST" in each["AllowedMethods"]]
        assert [each["PathPattern"] for each in writing] == ["/v1/*", "/oauth2/*"]

    def test_is_written_into_no_log_with_its_query(self):
        # It holds the codes of SSO providers.
        assert "Logging" not in DISTRIBUTION


class TestTheFirewall:
    def test_lets_an_office_in(self):
        recipe = template(ROOT / "recipes" / "cloudfront.yaml")
        allowed = recipe["Parameters"]["RequestsAnAddress"]["Default"]

        # 300 people within ten minutes: resolve, ask, ask again, two tries, five reads or
        # refreshes each; half of them in any five minutes.
        assert allowed >= 300 / 2 * 10 * 1.5
        assert NETWORK.an_hour >= 300

    def test_counts_what_browsers_call_and_no_portals_server(self):
        rate, *_ = FIREWALL["Rules"]
        statement = rate["Statement"]["RateBasedStatement"]
        counted = statement["ScopeDownStatement"]["RegexMatchStatement"]["RegexString"]

        assert statement["EvaluationWindowSec"] == timedelta(minutes=5).seconds
        of_the_api = {path for path in HTTP_METHODS if path.startswith("/v1/")}
        assert {path for path in HTTP_METHODS if re.search(counted, path)} == (
            of_the_api | {"/oauth2/authorize", "/oauth2/end_session"}
        )

    def test_refuses_in_our_own_words(self):
        kind = PROBLEMS[TooManyRequests]
        content = FIREWALL["CustomResponseBodies"]["wait"]["Content"]

        for part in (kind.type, kind.title, kind.detail, f'"status":{kind.status}'):
            assert part in content
