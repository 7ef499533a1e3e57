"""The portals that a developer runs beside the local Portico, by their origins."""

import pytest

from local.own_portals import is_on, own_origin, own_portals


class TestAnOrigin:
    @pytest.mark.parametrize(
        ("typed", "origin"),
        [
            ("http://localhost:3000", "http://localhost:3000"),
            (" http://LOCALHOST:3000/ ", "http://localhost:3000"),
            ("https://portal.test", "https://portal.test"),
        ],
    )
    def test_is_read_as_browsers_spell_it(self, typed, origin):
        assert own_origin(typed) == origin

    @pytest.mark.parametrize(
        "typed", ["localhost:3000", "http://localhost:3000/app", "*", "http://a b", "", "ftp://a"]
    )
    def test_is_refused_where_it_is_none(self, typed):
        with pytest.raises(ValueError, match="is no origin, such as http://localhost:3000"):
            own_origin(typed)

    def test_is_on_a_host_whatever_its_port(self):
        assert is_on("127.0.0.1", "http://127.0.0.1:3000")
        assert not is_on("127.0.0.1", "http://localhost:3000")


class TestTheTerminal:
    def test_says_how_to_sign_in_at_a_portal_on_another_site(self):
        said = own_portals(["http://localhost:3000"], "127.0.0.1:9000")

        assert said.splitlines()[1].strip() == (
            "portico portal add acme my-portal --public "
            "--redirect-uri http://localhost:3000/callback --local 9000"
        )

    def test_says_what_a_portal_on_the_same_site_may_do(self):
        said = own_portals(["http://127.0.0.1:3000"], "127.0.0.1:8000")

        assert "may call the API with the session" in said
        assert "portico workspace set acme --portal-url http://127.0.0.1:3000 --local 8000" in said

    def test_says_nothing_where_there_is_none(self):
        assert own_portals([], "127.0.0.1:8000") == ""
