"""What bench/console_load.py makes of what has come over the wire."""

import pytest

from bench.console_load import FIRST, LOCALES, MOST_BYTES, Load, Wire, rows_of


def loads(first: Load) -> dict[str, dict[str, Load]]:
    later = Load(3, 2, 4600, 2100)
    return {FIRST: dict.fromkeys(LOCALES, first), "*Keys*": dict.fromkeys(LOCALES, later)}


class TestAWire:
    def test_has_files_and_answers_apart(self):
        wire = Wire({"1": "/acme/team", "2": "/v1/session/refresh"}, {"1": 900, "2": 100}, {"1"})

        assert wire.load() == Load(2, 1, 900, 100)
        assert not wire.is_quiet

    def test_of_a_screen_that_was_refused_counts_nothing(self):
        with pytest.raises(RuntimeError, match="/v1/x"):
            Wire(refused=["https://a.test/v1/x"]).load()

    def test_forgets_what_came_before(self):
        wire = Wire({"1": "/"}, {"1": 900}, {"1"})

        wire.clear()

        assert wire.load() == Load(0, 0, 0, 0)
        assert wire.is_quiet


class TestATable:
    def test_has_a_row_for_each_screen(self):
        rows = rows_of(loads(Load(6, 2, 53_000, 3000))).splitlines()

        assert rows[2:4] == [
            f"| {FIRST} | 6 | 2 | 53.0 kB | 53.0 kB | 3.0 kB |",
            "| *Keys* | 3 | 2 | 4.6 kB | 4.6 kB | 2.1 kB |",
        ]
        assert rows[-1].endswith("56.0 kB: met.")

    @pytest.mark.parametrize(
        "first", [Load(7, 2, 1, 1), Load(6, 2, MOST_BYTES, 1)], ids=["requests", "bytes"]
    )
    def test_says_what_is_missed(self, first):
        assert rows_of(loads(first)).endswith("**missed**.")
