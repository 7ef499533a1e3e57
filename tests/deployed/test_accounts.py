"""Passwords, sign-up and the account on a deployed stack, each door with its own role."""

import secrets
from dataclasses import replace

PASSWORD = "nine wet umbrellas in the hall"


def bearer(answer):
    return {"authorization": f"Bearer {answer.json['access_token']}"}


class TestADeployedAccount:
    def test_gets_its_first_password_by_a_code_and_is_opened_by_it(self, acme, ann):
        opened = {"workspace": "acme", "link": acme.link, "email": ann.contact.email}
        asked = ann.browser.sends("POST", "/v1/passwords/forgot", opened)
        assert asked.status_code == 202, acme.stack.log_of("Password")
        code = acme.code_to(ann.contact.email)
        chosen = {"challenge": asked.json["challenge"], "code": code, "password": PASSWORD}

        reset = ann.browser.sends("POST", "/v1/passwords/reset", chosen)
        assert reset.status_code == 200, acme.stack.log_of("Password")
        typed = {**opened, "password": PASSWORD}
        signed_in = ann.browser.sends("POST", "/v1/passwords/sign-in", typed)
        assert signed_in.status_code == 200, acme.stack.log_of("Password")

        account = ann.browser.sends("GET", "/v1/account?workspace=acme", **bearer(signed_in))
        assert account.status_code == 200, acme.stack.log_of("Account")
        assert account.json["password"]["is_set"] is True
        assert account.json["sessions"][0]["current"] is True
        edited = {"workspace": "acme", "name": "Ann B."}
        kept = ann.browser.sends("PATCH", "/v1/account", edited, **bearer(signed_in))
        assert kept.json["contact"]["name"] == "Ann B.", acme.stack.log_of("Account")
        removed = ann.browser.sends(
            "DELETE", "/v1/account/password?workspace=acme", **bearer(signed_in)
        )
        assert removed.status_code == 204, acme.stack.log_of("Account")

    def test_is_made_by_the_code_of_a_sign_up(self, acme, ann):
        address = f"{secrets.token_hex(4)}@new.example"
        stranger = replace(ann, contact=replace(ann.contact, email=address))
        opened = {"workspace": "acme", "link": acme.link, "email": address}
        stranger.asked = stranger.browser.sends("POST", "/v1/sign-up", opened)
        assert stranger.asked.status_code == 202, acme.stack.log_of("Password")

        made = stranger.types(acme.code_to(address))

        assert made.status_code == 200, acme.stack.log_of("VerifyCode")
        assert made.json["new"] is True
        assert made.json["contact"]["email"] == address
