"""Why does nobody get in by this link? Each answer by itself: rows in, words out."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cli.link_diagnosis import link_conclusion
from portico.links.rules import PERSONAL, SHARED, Link
from portico.people.rules import Workspace
from portico.trail.lookup import Line

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ACME = Workspace("acme", "Acme Support", "https://portal.acme.test")
LINK = Link("0123", "acme", "", SHARED, NOW - timedelta(days=9), NOW + timedelta(days=9))


def line(name, **detail):
    return Line(
        f"evt_{name}", name, NOW - timedelta(minutes=5), "link-0123", "cli:olga", None, detail
    )


def concluded(*lines, link=LINK, workspace=ACME):
    return " ".join(link_conclusion(link, workspace, list(lines), at=NOW))


class TestALink:
    def test_that_works_says_until_when(self):
        assert concluded().startswith("The link works until 2026-11-30 12:00 UTC.")
        assert "until it is revoked" in concluded(link=replace(LINK, expires_at=None))

    def test_for_everybody_says_where_its_codes_are(self):
        assert concluded().endswith("portico why acme ADDRESS")

    def test_of_one_contact_leads_to_their_trail(self):
        personal = replace(LINK, kind=PERSONAL, contact="ct_ann")

        assert concluded(link=personal).endswith("portico why acme ct_ann")

    def test_that_expired_says_how_to_make_another(self):
        expired = replace(LINK, kind=PERSONAL, contact="ct_ann", expires_at=NOW)

        assert concluded(link=expired) == (
            "The link expired at 2026-11-21 12:00 UTC. "
            "To make a new one: portico link create acme --contact ct_ann"
        )

    def test_of_a_portal_that_is_off_names_the_portal(self):
        entrance = replace(LINK, portal="help", revoked_at=NOW)

        assert concluded(link=entrance).endswith("portico portal set acme help --on")

    def test_of_a_workspace_that_is_closed_works_for_no_contact_and_the_team_has_a_way(self):
        off = concluded(workspace=replace(ACME, portal_enabled=False))
        until = int((NOW + timedelta(days=1)).timestamp())
        paused = concluded(workspace=replace(ACME, paused_until=until))

        but = "no contact gets in. The team can, by the console."
        assert off.startswith(f"The portal of Acme Support is switched off: {but}")
        assert paused.startswith(
            f"The portal of Acme Support is paused until 2026-11-22T12:00Z: {but}"
        )

    @pytest.mark.parametrize(
        ("happened", "said"),
        [
            (
                line("sso.refused", connection="entra", reason="tenant-not-allowed"),
                (
                    "Somebody came back from entra at 2026-11-21 11:55 UTC, 5 min ago and was not let "
                    "in: their account belongs to a tenant that the connection does not list. See its "
                    "tenants: portico connection list acme"
                ),
            ),
            (line("sso.started", connection="entra"), "has not come back to that browser"),
            (line("sso.address-needed", connection="x"), "so the page asked for one"),
        ],
        ids=lambda value: value.name if isinstance(value, Line) else None,
    )
    def test_says_what_became_of_the_newest_single_sign_on(self, happened, said):
        assert said in concluded(happened, line("sso.refused", reason="misconfigured"))
