"""What a cloud team has after ``sam deploy``."""

from joserfc import jws

from tests.deployed.cloud import (
    ALIAS,
    MAIL_DOMAIN,
    TAG,
    deploy,
    let_mail_out,
    lets_mail_out,
    what_ses_asks,
)
from tests.deployed.visitors import Browser, Visitor
from tests.support.template import resources


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

    def test_hands_its_tags_on_to_what_it_keeps(self, stack):
        tables = stack.client("dynamodb")
        for name in ("PeopleTable", "SignInTable", "TrailTable"):
            arn = tables.describe_table(TableName=stack.outputs[name])["Table"]["TableArn"]
            tags = tables.list_tags_of_resource(ResourceArn=arn)["Tags"]
            assert TAG in {f"{each['Key']}={each['Value']}" for each in tags}

    def test_mails_in_no_other_name(self, stack):
        for resource in what_ses_asks(stack, "ann@elsewhere.test"):
            assert not lets_mail_out(stack, resource, sender=f"eve@{MAIL_DOMAIN}")

    def test_wakes_its_stream_readers_for_what_they_filter(self, stack):
        sources = stack.client("lambda").list_event_source_mappings()["EventSourceMappings"]
        assert all(each["State"] == "Enabled" for each in sources)
        streams = [each for each in sources if "/stream/" in each["EventSourceArn"]]
        assert len(streams) == 4
        assert all(each["FilterCriteria"]["Filters"] for each in streams)

    def test_runs_published_versions_and_calls_them_by_their_aliases(self, stack):
        # Who is permitted to call which name stands in tests/template/test_versions.py: the emulator
        # keeps one policy for all names of a function.
        client = stack.client("lambda")
        for logical_id in resources("AWS::Serverless::Function"):
            live = client.get_alias(FunctionName=stack.names[logical_id], Name=ALIAS)
            assert live["FunctionVersion"].isdigit()
        sources = client.list_event_source_mappings()["EventSourceMappings"]
        assert len(sources) == 7
        assert all(each["FunctionArn"].endswith(f":{ALIAS}") for each in sources)

    def test_rotates_its_secret_under_a_code_and_a_session(self, built, acme, ann, stack):
        ann.signs_in()
        bob = Visitor(acme, acme.adds_a_contact(), Browser(stack))
        bob.asks_for_a_code()
        code = acme.code_to(bob.contact.email)
        secret = stack.outputs["CodeSecret"]

        secrets = stack.client("secretsmanager")
        generated = secrets.get_secret_value(SecretId=secret)["SecretString"]
        secrets.put_secret_value(SecretId=secret, SecretString=f"{'f' * 64}.{generated}")
        # Another parameter makes new versions of all doors, which start anew (docs/operate.md).
        deploy(built, stack.emulator, LogLevel="WARNING")
        let_mail_out(stack)

        assert bob.types(code).status_code == 200
        assert ann.refreshes().status_code == 200
        assert Visitor(acme, acme.adds_a_contact(), Browser(stack)).signs_in()

    def test_rotates_its_signing_keys_by_one_parameter_with_somebody_inside(
        self, built, stack, ann
    ):
        before = stack.outputs["SigningKeys"]
        token = ann.signs_in()["access_token"]

        both = deploy(built, stack.emulator, SigningKeys="A+B").outputs["SigningKeys"].split(",")
        assert ann.is_believed(token)
        turned = deploy(built, stack.emulator, SigningKeys="B+A").outputs["SigningKeys"].split(",")

        assert both[0] == before
        assert turned == both[::-1]
        assert ann.is_believed(token)
        # Made less than twenty seconds ago, the session's token would only be given back.
        renewed = ann.refreshes().json["access_token"]
        assert jws.extract_compact(renewed.encode()).headers() != (
            jws.extract_compact(token.encode()).headers()
        )
        assert ann.is_believed(renewed)
