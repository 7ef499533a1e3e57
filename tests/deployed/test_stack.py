"""What a cloud team has after ``sam deploy``."""

from tests.deployed.cloud import deploy
from tests.template.reading import resources


class TestADeployedStack:
    def test_has_doors_with_all_they_need_to_know(self, stack):
        for name in (
            stack.names[logical_id] for logical_id in resources("AWS::Serverless::Function")
        ):
            found = stack.client("lambda").get_function_configuration(FunctionName=name)
            variables = found["Environment"]["Variables"]
            assert "AWS_ENDPOINT_URL" not in variables
            empty = {each for each, value in variables.items() if not value}
            assert empty <= {"EDGE_SECRET", "ISSUER", "PROVIDER_LOOPBACK"}

    def test_wakes_its_stream_readers_for_what_they_filter(self, stack):
        sources = stack.client("lambda").list_event_source_mappings()["EventSourceMappings"]
        assert all(each["State"] == "Enabled" for each in sources)
        streams = [each for each in sources if "/stream/" in each["EventSourceArn"]]
        assert len(streams) == 3
        assert all(each["FilterCriteria"]["Filters"] for each in streams)

    def test_rotates_its_signing_keys_by_one_parameter(self, built, stack):
        before = stack.outputs["SigningKeys"]

        both = deploy(built, stack.emulator, SigningKeys="A+B").outputs["SigningKeys"].split(",")
        turned = deploy(built, stack.emulator, SigningKeys="B+A").outputs["SigningKeys"].split(",")

        assert both[0] == before
        assert turned == both[::-1]
