"""What SAM's and CloudFormation's own tools say of the template.

``sam validate --lint`` alone passes a runtime that does not exist and a dangling ``!GetAtt``, so it
takes three: SAM's validation, cfn-lint on the template, and cfn-lint on what SAM makes of it.
"""

import json
import os
import subprocess

import pytest

from tests.support.template import ROOT, TEMPLATE, translated

pytestmark = pytest.mark.slow

TOOLS = ROOT / ".venv" / "tools" / "bin"


def says(*command) -> str:
    environment = {**os.environ, "AWS_DEFAULT_REGION": "eu-west-1", "SAM_CLI_TELEMETRY": "0"}
    done = subprocess.run(
        [str(each) for each in command],
        env=environment, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class TestTheTemplate:
    def test_is_valid_to_sam(self):
        assert "is a valid SAM Template" in says(TOOLS / "sam", "validate", "-t", TEMPLATE)

    def test_is_clean_to_cfn_lint(self):
        says(TOOLS / "cfn-lint", TEMPLATE)

    def test_is_clean_as_cloudformation_will_see_it(self, tmp_path):
        file = tmp_path / "translated.json"
        file.write_text(json.dumps(translated()))
        # W2001: parameters that only SAM's own properties used are gone after translation.
        says(TOOLS / "cfn-lint", "-i", "W2001", "--", file)

    def test_has_recipes_beside_it_that_are_clean_too(self):
        # us-east-1: CloudFront takes certificates and firewalls from there alone.
        says(TOOLS / "cfn-lint", "-r", "us-east-1", "--", ROOT / "recipes" / "cloudfront.yaml")
        says(TOOLS / "cfn-lint", "--", ROOT / "recipes" / "restore.yaml")
