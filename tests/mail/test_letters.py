"""What a code mail is made from."""

from dataclasses import fields
from datetime import datetime, timedelta

import pytest

from portico.mail.letters import CodeLetter


class TestALetter:
    def test_shows_the_code_in_two_groups(self, a_letter):
        assert a_letter(code="4F29KXB").shown_code == "4F2-9KXB"

    def test_binds_the_code_to_the_host_of_the_page(self, a_letter):
        assert a_letter().bound_line == "@signin.acme.example #4F29KXB"

    def test_binds_to_the_host_without_its_port(self, a_letter):
        assert a_letter(host="localhost:8000").bound_line == "@localhost #4F29KXB"

    def test_keeps_code_and_address_out_of_its_repr(self, a_letter):
        shown = repr(a_letter())

        assert "4F29KXB" not in shown
        assert "ann@example.com" not in shown

    def test_has_no_place_for_the_name_of_a_contact(self):
        assert {field.name for field in fields(CodeLetter) if "name" in field.name} == {
            "workspace_name",
            "sender_name",
        }

    @pytest.mark.parametrize("code", ["", "4F2-9KXB", "4f29kxb", "4F29KX", "4F29KXB\n"])
    def test_refuses_what_is_no_code_without_repeating_it(self, a_letter, code):
        with pytest.raises(ValueError, match="seven capital letters") as refused:
            a_letter(code=code)
        assert not code or code not in str(refused.value)

    @pytest.mark.parametrize("label", ["", "K", "KQX", "kq", "K "])
    def test_refuses_what_is_no_label(self, a_letter, label):
        with pytest.raises(ValueError, match="label"):
            a_letter(label=label)

    @pytest.mark.parametrize(
        "host",
        ["", "https://evil.example", "evil.example/x", "a\r\nb", "evil.example #AAAAAAA", "a@b"],
    )
    def test_refuses_what_is_no_host(self, a_letter, host):
        with pytest.raises(ValueError, match="host"):
            a_letter(host=host)

    def test_refuses_a_time_without_a_zone(self, a_letter):
        with pytest.raises(ValueError, match="zone"):
            a_letter(asked_at=datetime(2025, 5, 3, 14, 22))  # noqa: DTZ001

    def test_refuses_a_life_that_no_mail_can_state(self, a_letter):
        with pytest.raises(ValueError, match="minute"):
            a_letter(lifetime=timedelta(seconds=59))
