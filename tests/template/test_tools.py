"""What SAM's and CloudFormation's own tools say of the template.

``sam validate --lint`` alone passes a runtime that does not exist and a dangling ``!GetAtt``, so it
takes three: SAM's validation, cfn-lint on the template, and cfn-lint on what SAM makes of it.
"""

import json
import os
import subprocess
from typing import Any

import pytest

from tests.support.template import ROOT, TEMPLATE, translated

pytestmark = pytest.mark.slow

TOOLS = ROOT / ".venv" / "tools" / "bin"
LINTER = """import gc, sys
from cfnlint.runner import main
gc.set_threshold(100_000, 50, 100)
sys.exit(main())"""
"""cfn-lint as its own command starts it. It makes millions of objects and drops few: looking for
garbage among them after every 2,000 was an eighth of its time."""
CFN_LINT = (TOOLS / "python", "-c", LINTER)


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
        says(*CFN_LINT, TEMPLATE)

    def test_is_clean_as_cloudformation_will_see_it(self, tmp_path):
        file = tmp_path / "translated.json"
        file.write_text(json.dumps(translated()))
        # W2001: parameters that only SAM's own properties used are gone after translation.
        says(*CFN_LINT, "-i", "W2001", "--", file)

    def test_is_clean_where_it_deploys_gradually(self, tmp_path):
        # SAM makes deployment groups under no condition, and cfn-lint does not know that it is true.
        made = translated("GradualDeployment=true")
        file = tmp_path / "translated.json"
        file.write_text(json.dumps(_decided(made, "DeploysGradually")))
        says(*CFN_LINT, "-i", "W2001", "--", file)

    def test_has_recipes_beside_it_that_are_clean_too(self):
        # us-east-1: CloudFront takes certificates and firewalls from there alone.
        says(*CFN_LINT, "-r", "us-east-1", "--", ROOT / "recipes" / "cloudfront.yaml")
        says(*CFN_LINT, "--", ROOT / "recipes" / "restore.yaml")
        says(*CFN_LINT, "--", ROOT / "recipes" / "canary.yaml")


def _decided(value: Any, condition: str) -> Any:
    """A template in which one condition holds, and is gone."""
    if isinstance(value, list):
        return [_decided(each, condition) for each in value]
    if not isinstance(value, dict):
        return value
    if "Fn::If" in value and value["Fn::If"][0] == condition:
        return _decided(value["Fn::If"][1], condition)
    return {
        name: _decided(each, condition)
        for name, each in value.items()
        if (name, each) != ("Condition", condition) and name != condition
    }
