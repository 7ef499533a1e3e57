"""Variables in template.yaml and settings in the code are two lists of one thing."""

import pytest

from portico import settings
from tests.support.template import doors, resolved, template

OF_LIBRARIES = {
    "POWERTOOLS_SERVICE_NAME",
    "POWERTOOLS_METRICS_NAMESPACE",
    "POWERTOOLS_LOG_LEVEL",
    "AWS_ENDPOINT_URL",
    "AWS_CA_BUNDLE",
}


class TestADoorsEnvironment:
    @pytest.mark.parametrize("door", sorted(settings.ALL))
    def test_is_what_its_settings_read(self, door):
        stated = doors()[door]["Environment"]["Variables"]
        assert set(stated) == settings.ALL[door].variables()

    def test_bears_no_secret_that_can_be_guessed(self):
        wanted = dict.fromkeys(settings.ALL["session"].variables(), "x")

        with pytest.raises(settings.SettingTooShort):
            settings.ALL["session"].read(wanted | {"EDGE_SECRET": "x" * 31})

        for fine in ("x" * 32, ""):
            settings.ALL["session"].read(wanted | {"EDGE_SECRET": fine})

    def test_is_described_for_every_door(self):
        assert set(doors()) == set(settings.ALL)

    def test_shares_with_all_doors_what_libraries_read(self):
        assert set(template()["Globals"]["Function"]["Environment"]["Variables"]) == OF_LIBRARIES

    def test_never_names_the_gateway_that_routes_to_it(self):
        # Such a function cannot be made: it and the API wait for each other.
        for door in doors().values():
            if any(each["Type"] == "HttpApi" for each in door["Events"].values()):
                assert "HttpApi" not in str(door["Environment"])

    @pytest.mark.parametrize("domain", ["", "signin.example.com"])
    def test_names_the_issuer_to_the_door_that_no_request_tells_it(self, domain):
        stated = doors()["sign_out_portals"]["Environment"]["Variables"]["TOKEN_ISSUER"]
        issuer = template()["Outputs"]["Issuer"]["Value"]
        assert resolved(stated, {"OwnDomain": domain}) == resolved(issuer, {"OwnDomain": domain})

    def test_sends_nobody_to_an_emulator_in_an_account(self):
        stated = template()["Globals"]["Function"]["Environment"]["Variables"]
        assert stated["AWS_ENDPOINT_URL"] == {"Ref": "AWS::NoValue"}
