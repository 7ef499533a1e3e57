"""``--local`` before and after the command, and ``PORTICO_LOCAL``."""

import pytest

from cli.local_option import LOCAL_URL, local_url, url_in, with_local_url
from cli.refusals import NotUnderstood
from tests.cli.test_deployments import SHOW, _local


class TestTheOption:
    @pytest.mark.parametrize(
        ("given", "whole"),
        [
            (["--local"], ["--local", LOCAL_URL]),
            (["--local", "x"], ["--local", LOCAL_URL, "x"]),
            (["--local", "--json"], ["--local", LOCAL_URL, "--json"]),
            (["--local", "http://127.0.0.1:9000"], ["--local", "http://127.0.0.1:9000"]),
            (["--local", "9000"], ["--local", "9000"]),
            (["--local", "--", "--local"], ["--local", LOCAL_URL, "--", "--local"]),
            (["x"], ["x"]),
        ],
    )
    def test_needs_no_value_at_the_usual_place(self, given, whole):
        assert with_local_url(given) == whole

    @pytest.mark.parametrize("value", ["9000", "http://127.0.0.1:9000", "http://127.0.0.1:9000/"])
    def test_takes_a_port_or_a_url(self, value):
        assert local_url(value, "--local") == "http://127.0.0.1:9000"

    @pytest.mark.parametrize("value", ["0", "65536", "httpx", "ftp://127.0.0.1", "x"])
    def test_takes_nothing_else(self, value):
        with pytest.raises(NotUnderstood, match="takes a port such as 8010 or a URL"):
            local_url(value, "--local")

    @pytest.mark.parametrize("place", [0, 1, 2, 3])
    def test_may_stand_before_the_command_and_after_it(self, acme, place):
        acme.wire.local = _local()
        command = [*SHOW[:place], "--local", acme.wire.url, *SHOW[place:], "--json"]

        # Between the two words of a command there is no place for an option.
        assert acme.runs(*command).exit_code == (2 if place == 1 else 0)

    @pytest.mark.parametrize("said", [["--stack", "portico"], ["--json"]])
    def test_is_not_the_only_one_that_may(self, acme, said):
        others = ["--stack", "portico"] if said == ["--json"] else ["--json"]

        result = acme.runs(*said, *SHOW, *others)

        assert result.exit_code == 0, result.output
        assert result.stdout.startswith("{")

    def test_behind_the_command_goes_before_the_one_in_front(self, acme):
        acme.wire.local = _local()

        result = acme.runs("--local", "http://127.0.0.1:9", *SHOW, "--local", acme.wire.url)

        assert result.exit_code == 0, result.output

    def test_is_said_together_with_no_stack_wherever_it_stands(self, acme):
        assert acme.runs("--local", *SHOW, "--stack", "portico").exit_code == 2


class TestTheEnvironment:
    @pytest.mark.parametrize(
        ("value", "url"),
        [
            (None, None),
            ("", None),
            ("0", None),
            ("1", LOCAL_URL),
            ("9000", "http://127.0.0.1:9000"),
            ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
        ],
    )
    def test_names_it_as_the_option_does(self, value, url):
        assert url_in(value) == url

    def test_is_enough(self, acme, monkeypatch):
        acme.wire.local = _local()
        monkeypatch.setenv("PORTICO_LOCAL", acme.wire.url)

        assert acme.runs(*SHOW).exit_code == 0

    def test_that_is_no_place_is_named(self, acme, monkeypatch):
        monkeypatch.setenv("PORTICO_LOCAL", "yes")

        result = acme.runs(*SHOW)

        assert result.exit_code == 2
        assert result.stderr.startswith("PORTICO_LOCAL takes a port")

    def test_gives_way_to_an_option(self, acme, monkeypatch):
        monkeypatch.setenv("PORTICO_LOCAL", "9")

        assert acme.runs(*SHOW, "--stack", "portico").exit_code == 0

    def test_that_names_two_is_not_understood(self, acme, monkeypatch):
        monkeypatch.setenv("PORTICO_LOCAL", "1")
        monkeypatch.setenv("PORTICO_STACK", "portico")

        result = acme.runs(*SHOW)

        assert result.exit_code == 2
        assert "both set" in result.stderr


class TestALocalOneThatIsNotThere:
    def test_says_where_it_looked_and_how_to_name_another_port(self, acme):
        said = acme.runs(*SHOW, "--local", "9")

        assert said.exit_code == 3
        assert "No Portico answers at http://127.0.0.1:9." in said.stderr
        assert "--local 8010, or PORTICO_LOCAL=8010" in said.stderr
