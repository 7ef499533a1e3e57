"""Whom the built doors trust: AWS by Amazon's roots, providers by everybody's (decision 14)."""

import json
import subprocess
import sys

from tests.support.artefacts import environment_of

TRUST = """
import json, sys
sys.path[:0] = sys.argv[1:]
import handler, requests
from portico.aws.clients import client
aws = client("dynamodb")._endpoint.http_session._verify
provider = requests.Session().merge_environment_settings(
    "https://accounts.example", {}, True, True, None)["verify"]
print(json.dumps({"aws": aws, "provider": provider}))
"""


class TestABuiltDoor:
    def test_trusts_aws_by_amazons_roots_and_providers_by_everybodys(self, built):
        roots = built.folder / "PorticoLayer" / "amazon-roots.pem"
        assert roots.read_text().count("-----BEGIN CERTIFICATE-----") == 5

        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", TRUST, *map(str, built.path("FinishSso"))],
            env=environment_of("FinishSso") | {"AWS_CA_BUNDLE": str(roots)},
            capture_output=True, text=True, check=True,
        )  # fmt: skip

        # `True` is the bundle that requests brings itself.
        assert json.loads(done.stdout.splitlines()[-1]) == {"aws": str(roots), "provider": True}
