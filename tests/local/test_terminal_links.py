"""What the terminal says when everything runs."""

from local.terminal_links import terminal_links

ACME = {"id": "acme", "name": "Acme Support", "about": "An ordinary workspace."}
OLGA = {"workspace": "acme", "email": "olga@example.com", "role": "owner"}
FRONT = {"workspace": "acme", "label": "Front entrance", "url": "http://127.0.0.1:8000/acme"}
MADE_ON_THE_WAY = {"workspace": "acme", "label": None, "url": None}


def said_of(*links):
    world = {
        "workspaces": [ACME],
        "contacts": [OLGA],
        "links": links,
        "connections": [],
        "directory_url": "http://127.0.0.1:8004",
    }
    return terminal_links(world, "127.0.0.1:8000", "http://127.0.0.1:8002", "http://localhost:8003")


class TestTheLinks:
    def test_have_a_label_and_an_address(self):
        assert "  Front entrance\n    http://127.0.0.1:8000/acme\n" in said_of(FRONT)

    def test_are_those_whose_address_is_known(self):
        assert said_of(FRONT, MADE_ON_THE_WAY) == said_of(FRONT)
