"""The roots that calls to AWS trust: decision 14."""

import runpy
import ssl
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import botocore
import pytest

from tests.doors import ROOT
from tests.template.reading import template

BUNDLE = (Path(botocore.__file__).parent / "cacert.pem").read_text()


def names_of(pem: str) -> set[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=pem)
    subjects: list[Any] = [cert["subject"] for cert in context.get_ca_certs()]
    return {dict(pair for (pair,) in each).get("commonName", "") for each in subjects}


@pytest.fixture(scope="module")
def cut():
    return SimpleNamespace(**runpy.run_path(str(ROOT / "layers" / "portico" / "cut.py")))


class TestTheRootsOfCallsToAws:
    def test_are_the_five_of_amazon_trust_services(self, cut):
        assert names_of(cut.amazons_roots(BUNDLE)) == set(cut.ROOTS.values())

    def test_are_all_that_botocore_knows_of_amazon(self, cut):
        amazons = {name for name in names_of(BUNDLE) if "Amazon" in name}
        assert amazons <= set(cut.ROOTS.values())

    def test_are_built_with_none_missing_or_not_at_all(self, cut):
        first = BUNDLE.index("Amazon Root CA 1")
        without = BUNDLE[:first] + BUNDLE[BUNDLE.index("-----END CERTIFICATE-----", first) :]

        with pytest.raises(SystemExit, match="Amazon Root CA 1"):
            cut.amazons_roots(without)

    def test_are_named_in_the_partition_that_has_them_alone(self):
        stated = template()["Globals"]["Function"]["Environment"]["Variables"]["AWS_CA_BUNDLE"]
        assert stated == {
            "Fn::If": ["HasAmazonsRoots", "/opt/amazon-roots.pem", {"Ref": "AWS::NoValue"}]
        }
        assert template()["Conditions"]["HasAmazonsRoots"] == {
            "Fn::Equals": [{"Ref": "AWS::Partition"}, "aws"]
        }
