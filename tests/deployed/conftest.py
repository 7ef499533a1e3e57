import sys
from pathlib import Path

import pytest

from tests.deployed.building import Build, build
from tests.deployed.cloud import deploy, emulated_aws

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
def stack(built, tmp_path_factory):
    with emulated_aws(tmp_path_factory.mktemp("emulator")) as endpoint:
        yield deploy(built, endpoint)


@pytest.fixture(scope="session", autouse=True)
def no_other_account():
    """Nothing here may reach a real account, whatever the developer's environment says."""
    patch = pytest.MonkeyPatch()
    patch.setenv("AWS_CONFIG_FILE", "/dev/null")
    patch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    patch.delenv("AWS_PROFILE", raising=False)
    yield
    patch.undo()
