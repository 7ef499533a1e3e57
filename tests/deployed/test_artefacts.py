"""What ``sam build`` ships, looked at door by door.

An emulator's functions also see the emulator's own packages, so that they run there proves no import.
Here each handler starts in a bare interpreter that sees its artefact and its layers alone.
"""

import re
import shutil
from importlib.metadata import PathDistribution
from pathlib import Path

import pytest

from tests.support.artefacts import environment_of, start
from tests.support.sam_build import LAYERS, LAYERS_OF, ROOT, SHIPPED
from tests.support.template import folder, resources

AARCH64 = 183
"""EM_AARCH64, of the ELF header's ``e_machine``."""

DOORS = sorted(resources("AWS::Serverless::Function"))

MODULES = {
    "ResolveLink": 410,
    "RequestCode": 411,
    "VerifyCode": 430,
    "SendMail": 430,
    "Session": 500,
    "Password": 460,
    "Account": 460,
    "ManageWorkspace": 485,
    "ManageContacts": 470,
    "ManageLinks": 450,
    "SyncDirectory": 740,
    "Diagnose": 470,
    "StartSso": 750,
    "FinishSso": 760,
    "Authorize": 470,
    "Token": 470,
    "Userinfo": 420,
    "EndSession": 420,
    "Revoke": 420,
    "SignOutPortals": 520,
    "RecordDelivery": 430,
}
USUAL_MODULES = 430
"""Of doors that MODULES does not name."""
USUAL_MEGABYTES = 17
MEGABYTES = {
    "ResolveLink": 17,
    "RequestCode": 17,
    "VerifyCode": 17,
    "SendMail": 17,
    "Session": 34,
    "Password": 34,
    "Account": 34,
    "ManageWorkspace": 34,
    "ManageContacts": 34,
    "ManageLinks": 34,
    "SyncDirectory": 34,
    "Diagnose": 34,
    "StartSso": 35,
    "FinishSso": 35,
    "Authorize": 34,
    "Token": 34,
    "Userinfo": 34,
    "EndSession": 34,
    "RecordDelivery": 17,
}
"""Budgets of docs/performance.md: modules at init, own artefact and layers unzipped."""

TOO_HEAVY = {"boto3", "pydantic", "httpx", "requests", "aws_xray_sdk", "authlib", "argon2"}
TOO_HEAVY |= {"scim2_models", "scim2_server"}
"""Libraries that no door may load, however indirectly, unless MAY_LOAD has them."""

CRYPTO = {"joserfc", "cryptography"}
"""Libraries of doors that check what others have signed."""

MAY_LOAD = {
    "Session": CRYPTO,
    "Password": CRYPTO | {"argon2"},
    "Account": CRYPTO,
    "ManageWorkspace": CRYPTO,
    "ManageContacts": CRYPTO,
    "ManageLinks": CRYPTO,
    "SyncDirectory": {"pydantic", "scim2_models", "scim2_server"},
    "Diagnose": CRYPTO,
    "StartSso": CRYPTO | {"authlib", "requests"},
    "FinishSso": CRYPTO | {"authlib", "requests"},
    "Authorize": CRYPTO | {"authlib"},
    "Token": CRYPTO | {"authlib"},
    "SignOutPortals": {"requests"},
}


@pytest.mark.parametrize("door", DOORS)
class TestABuiltDoor:
    def test_starts_from_its_artefact_and_layers_alone(self, built, door):
        said = start(built.path(door), environment_of(door))
        assert said["has"]

    def test_compiles_nothing_when_it_starts(self, built, door):
        said = start(built.path(door), environment_of(door))
        assert said["compiled"] == []

    def test_loads_no_more_than_its_budget(self, built, door):
        said = start(built.path(door), environment_of(door))
        loaded = {name.partition(".")[0] for name in said["modules"]}
        assert loaded & (TOO_HEAVY | CRYPTO) <= MAY_LOAD.get(door, set())
        assert len(said["modules"]) <= MODULES.get(door, USUAL_MODULES)

    def test_ships_no_more_than_its_budget(self, built, door):
        size = sum(
            each.stat().st_size
            for part in built.path(door)
            for each in part.rglob("*")
            if each.is_file()
        )
        assert size / 2**20 <= MEGABYTES.get(door, USUAL_MEGABYTES)

    def test_ships_no_library_that_a_layer_brings(self, built, door):
        own, *layers = [
            {each.name for each in part.iterdir() if each.name != "__pycache__"}
            for part in built.path(door)
        ]
        for layer in layers:
            assert not own & layer

    def test_ships_the_licence_of_all_it_carries(self, built, door):
        path = built.path(door)
        base = path[1]
        ours = {each: (ROOT / each).read_bytes() for each in ("LICENSE", "NOTICE")}
        assert {each: (base / "portico" / each).read_bytes() for each in ours} == ours

        packages = [each for part in path for each in part.glob("*.dist-info")]
        names = {each.name.partition("-")[0].lower().replace("_", "-") for each in packages}
        assert names >= set(bundled_by(folder(door))), "pip leaves a folder for each package"
        for package in packages:
            files = [each.name for each in package.rglob("*") if each.is_file()]
            has_file = any(re.match("licen[sc]e|copying", each, re.IGNORECASE) for each in files)
            # Some have no file of it, and all of its text in their metadata.
            stated = PathDistribution(package).metadata.get("License", "")
            assert has_file or "\n" in stated.strip(), package

    def test_ships_its_door_and_no_other(self, built, door):
        assert (built.artefact(door) / "handler.py").is_file()
        others = {folder(each) for each in DOORS} - {folder(door)}
        assert not others & {each.name for each in built.artefact(door).iterdir()}


def bundled_by(door: str) -> list[str]:
    """The packages that a door's own file names, besides those of layers."""
    own = ROOT / "functions" / door / "requirements.txt"
    return re.findall(r"^([a-z0-9-]+)==", own.read_text(), re.MULTILINE) if own.exists() else []


class TestTheListener:
    def test_hears_what_a_start_without_bytecode_compiles(self, built, tmp_path):
        bare = shutil.copytree(
            built.artefact("ResolveLink"),
            tmp_path / "bare",
            ignore=shutil.ignore_patterns("__pycache__"),
        )
        _, *layers = built.path("ResolveLink")
        said = start([bare, *layers], environment_of("ResolveLink"))
        assert said["compiled"] == [str(bare / "handler.py")]

    def test_looks_at_the_layers_each_door_really_has(self):
        for door, properties in resources("AWS::Serverless::Function").items():
            assert [each["Ref"] for each in properties["Layers"]] == LAYERS_OF.get(door, LAYERS)


class TestTheShippedBuild:
    """Of ``make build``, for the machines of an account; the tests run on a build for this one."""

    def test_has_binaries_for_arm_and_no_others(self):
        assert SHIPPED.is_dir(), "make build makes it"
        found = {each: machine_of(each) for each in SHIPPED.rglob("*") if each.is_file()}
        binaries = {str(each): machine for each, machine in found.items() if machine is not None}

        # An extension under a name of another kind is never found by the interpreter.
        extensions = {str(each) for each in found if ".so" in each.suffixes}
        assert extensions == binaries.keys() != set()
        assert {each: machine for each, machine in binaries.items() if machine != AARCH64} == {}

    def test_has_every_door_with_its_bytecode(self):
        for door in DOORS:
            compiled = SHIPPED / door / "__pycache__" / "handler.cpython-313.pyc"
            # The second word says: by hash, and the source is never asked.
            assert compiled.read_bytes()[4:8] == bytes([1, 0, 0, 0])


def machine_of(file: Path) -> int | None:
    """Return for which machine an ELF file is; ``None``: it is none."""
    with file.open("rb") as content:
        header = content.read(20)
    return int.from_bytes(header[18:20], "little") if header[:4] == b"\x7fELF" else None


class TestTheLayersData:
    def test_of_botocore_are_those_of_the_services_we_call(self, built):
        data = built.folder / "PorticoLayer" / "python" / "botocore" / "data"
        services = {each.name for each in data.iterdir() if each.is_dir()}
        assert services == {"dynamodb", "kms", "secretsmanager", "sesv2", "sqs", "sts"}
