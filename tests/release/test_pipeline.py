"""recipes/pipeline.yml: what an example must not get wrong, since it is copied."""

import re
from typing import Any

import pytest
import yaml

from tests.support.template import ROOT

TEXT = (ROOT / "recipes" / "pipeline.yml").read_text()
JOBS: dict[str, Any] = yaml.safe_load(TEXT)["jobs"]
DEPLOYING = ("dev", "prod")


def runs(job: str) -> str:
    return "\n".join(each.get("run", "") for each in JOBS[job]["steps"])


class TestThePipeline:
    def test_has_no_key_of_aws(self):
        assert "secrets." not in TEXT
        assert not re.search("access-key|ACCESS_KEY", TEXT)

    @pytest.mark.parametrize("job", DEPLOYING)
    def test_lets_only_jobs_that_deploy_ask_for_a_role(self, job):
        assert yaml.safe_load(TEXT)["permissions"] == {}
        assert JOBS["build"]["permissions"] == {"contents": "read"}
        assert JOBS[job]["permissions"] == {"contents": "read", "id-token": "write"}
        assert JOBS[job]["environment"] == job

    def test_goes_from_build_to_dev_to_prod(self):
        assert "needs" not in JOBS["build"]
        assert (JOBS["dev"]["needs"], JOBS["prod"]["needs"]) == ("build", "dev")

    def test_deploys_the_folder_that_was_built_once(self):
        assert "make check" in runs("build")
        assert "make release" in runs("build")
        for job in DEPLOYING:
            assert "--template-file dist/portico-*/template.yaml" in runs(job)
            assert not re.search(r"sam build|make (build|deploy|release)\b", runs(job))

    def test_has_the_history_where_tests_ask_for_the_last_release(self):
        checkout = JOBS["build"]["steps"][0]
        assert checkout["uses"].startswith("actions/checkout@")
        assert checkout["with"]["fetch-depth"] == 0

    @pytest.mark.parametrize("job", DEPLOYING)
    def test_looks_at_what_it_has_deployed(self, job):
        assert "portico upgrade" in runs(job)
        assert "portico doctor stack" in runs(job)
        assert "--release dist/portico-*/manifest.json" in runs(job)
