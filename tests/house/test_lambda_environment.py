"""What an environment keeps is forgotten whole, or tests would depend on their order."""

import os
import pkgutil
from collections.abc import Iterator
from importlib import import_module

import portico
from portico.aws.keys import ring
from tests.support.doors import door
from tests.support.lambda_environment import OF_CLIENTS, OF_DOORS, forget_clients, forget_doors

SAME_FOR_EVERYBODY = {
    "portico.aws.parallel._pool": "threads; tests.support.wire.settle ends them",
    "portico.aws.tables.aliased": "of the text alone",
    "portico.diagnosis.sentences._sentences": "of files alone",
    "portico.mail.languages.words_of": "of files alone",
    "portico.mail.render._environment": "of files alone",
    "portico.passwords.common_passwords.listed": "of a file alone",
    "portico.passwords.password_hash.nobodys_hash": "of two constants",
    "portico.people.disposable_domains.listed": "of a file alone",
    "portico.people.rules._kinds": "of a class alone",
    "portico.directory.scim.service.directory_service": "it holds what is kept of users and groups, and none of them",
}
"""What the rooms keep that is true in every test, with the reason."""


def kept_by_rooms() -> Iterator[tuple[str, object]]:
    """Every function of the rooms that remembers its answers."""
    for each in pkgutil.walk_packages(portico.__path__, "portico."):
        module = import_module(each.name)
        for name, value in vars(module).items():
            if hasattr(value, "cache_clear") and value.__module__ == each.name:
                yield f"{each.name}.{name}", value


class TestWhatRoomsKeep:
    def test_is_forgotten_or_is_the_same_for_everybody(self):
        kept = dict(kept_by_rooms())
        forgotten = {name for name, each in kept.items() if each in (*OF_DOORS, *OF_CLIENTS)}

        assert len(forgotten) == 5
        assert kept.keys() - forgotten == SAME_FOR_EVERYBODY.keys()


class TestADoorThatStartsAnew:
    def test_shares_its_keys_with_the_doors_that_start_after_it(self, portal):
        portal.browser.signs_in()
        before = door("verify_code")
        forget_doors()

        assert door("verify_code") is not before
        assert door("verify_code").codes.keys is ring(os.environ["CODE_SECRET"])
        assert door("session") is door("session")

    def test_is_one_whose_clients_are_new(self, portal):
        before = door("verify_code")
        forget_clients()

        assert door("verify_code") is not before
