"""The Python client against the doors (clients/python/src/portico_team/client.py)."""

import re

import pytest

from portico.team.workspace_key import Scope
from portico_team import Portico
from portico_team.contract import NotSignedIn, RoleTooSmall
from release.last import ROOT

README = (ROOT / "clients/python/README.md").read_text()


class TestTheClient:
    def test_reads_the_settings(self, doors, makes_a_key):
        acme = Portico(doors, makes_a_key(Scope.READ_SETTINGS))

        assert acme.read_settings()["settings"]["id"] == "acme"

    def test_is_told_what_its_key_lacks(self, doors, makes_a_key):
        acme = Portico(doors, makes_a_key(Scope.READ_TRAIL))

        with pytest.raises(RoleTooSmall) as refused:
            acme.read_settings()

        assert refused.value.needs == ["settings:read"]

    def test_is_told_that_its_key_is_over(self, doors, makes_a_key):
        text = makes_a_key(Scope.READ_SETTINGS)
        other = text[:-7] + ("A" if text[-7] != "A" else "B") + text[-6:]

        with pytest.raises(NotSignedIn):
            Portico(doors, other).read_settings()


class TestTheReadme:
    def test_says_what_works(self, doors, makes_a_key, monkeypatch, capsys, tmp_path):
        scopes = (Scope.READ_SETTINGS, Scope.READ_CONTACTS, Scope.WRITE_CONTACTS)
        monkeypatch.setenv("PORTICO_KEY", makes_a_key(*scopes))
        (tmp_path / "people.csv").write_text("email,name\nnew@example.com,New Person\n")
        monkeypatch.chdir(tmp_path)
        names: dict[str, object] = {}
        blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)

        for block in blocks:
            exec(block.replace("https://signin.example.com", doors), names)  # noqa: S102

        assert len(blocks) == 4
        # Among the metrics that the door writes.
        assert "Acme Support" in capsys.readouterr().out.splitlines()
