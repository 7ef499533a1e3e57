"""Ids of random letters (cli/shared_options.py): one in 64 begins with a dash, and is no option."""

import pytest

ODD = ["-kSvJI2hAMFSqPqReaJGtQ", "--vJI2hAMFSqPqReaJGtQk", "-help2hAMFSqPqReaJGtQk"]
TOLD = {
    ("link", "show"): "There is no link",
    ("link", "rotate"): "There is no living link",
    ("link", "revoke"): "There is no link",
    ("key", "revoke"): "no key",
    ("directory", "leave"): "None of them is held",
    ("directory", "keep"): "None of them is held",
}


@pytest.mark.parametrize("id_", ODD)
@pytest.mark.parametrize(("command", "told"), TOLD.items(), ids=str)
def test_that_begins_like_an_option_is_looked_up(acme, command, told, id_):
    assert told in acme.refused(*command, "acme", id_)
