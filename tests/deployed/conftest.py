import sys
from pathlib import Path

import pytest

from local.emulator import emulated_aws
from tests.deployed.cloud import deploy, let_mail_out
from tests.deployed.visitors import Acme, Browser, Visitor
from tests.support.sam_build import Build, build

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.deployed)


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> Build:
    if sys.platform != "linux":
        pytest.skip("the artefacts are Linux's, and so must be who runs them")
    return build(tmp_path_factory.mktemp("sam") / "build")


@pytest.fixture(scope="session")
def stack(built):
    with emulated_aws({"AUTH": "true"}) as emulator:
        deployed = deploy(built, emulator)
        let_mail_out(deployed)
        yield deployed


@pytest.fixture(scope="session")
def acme(stack) -> Acme:
    return Acme(stack)


@pytest.fixture
def ann(acme, stack) -> Visitor:
    """A new contact each time, with a browser that has just been opened."""
    return Visitor(acme, acme.adds_a_contact(), Browser(stack))
