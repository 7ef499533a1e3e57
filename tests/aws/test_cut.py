"""What is left of botocore in the layer: the operations that are called, Amazon's roots
(layers/portico/cut.py)."""

import ast
import runpy
import ssl
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import botocore
import pytest
from botocore import xform_name
from botocore.session import get_session

from tests.support.doors import ROOT
from tests.support.template import template

BUNDLE = (Path(botocore.__file__).parent / "cacert.pem").read_text()


def names_of(pem: str) -> set[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=pem)
    subjects: list[Any] = [cert["subject"] for cert in context.get_ca_certs()]
    return {dict(pair for (pair,) in each).get("commonName", "") for each in subjects}


@pytest.fixture(scope="module")
def cut():
    return SimpleNamespace(**runpy.run_path(str(ROOT / "layers" / "portico" / "cut.py")))


def methods(service: str) -> set[str]:
    model = get_session().get_service_model(service)
    return {xform_name(each) for each in model.operation_names}


def words_of_the_rooms() -> set[str]:
    """Every attribute and every text in the one room that knows botocore."""
    words: set[str] = set()
    for path in (ROOT / "layers" / "portico" / "portico" / "aws").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute):
                words.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                words.add(node.value)
    return words


class TestTheOperationsOfTheLayer:
    def test_are_those_that_are_called(self, cut):
        there_are = {each for service in cut.OPERATIONS for each in methods(service)}
        kept = {xform_name(each) for all_ in cut.OPERATIONS.values() for each in all_.split()}

        assert words_of_the_rooms() & there_are == kept - {"describe_endpoints"}

    def test_are_of_every_service_that_is_kept_but_that_of_names(self, cut):
        assert cut.SERVICES.keys() - cut.OPERATIONS.keys() == {"sts"}

    def test_bring_along_all_that_they_and_errors_speak_of(self, cut):
        shapes = {
            "Asked": {"type": "structure", "members": {"Deep": {"shape": "Deep"}}},
            "Deep": {"type": "list", "member": {"shape": "Deep"}},
            "Other": {"type": "string"},
            "Gone": {"type": "structure", "members": {"Why": {"shape": "Why"}}, "exception": True},
            "Why": {"type": "string"},
        }
        model = {
            "metadata": {},
            "operations": {"Ask": {"input": {"shape": "Asked"}}, "Not": {}},
            "shapes": shapes,
        }

        left = cut.only(["Ask"], model)

        assert left["operations"].keys() == {"Ask"}
        assert left["shapes"].keys() == {"Asked", "Deep", "Gone", "Why"}


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
