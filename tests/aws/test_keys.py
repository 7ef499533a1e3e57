"""Keys from one secret, names of signing keys, and one client for each service."""

import os

import boto3
import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from portico.aws import clients
from portico.aws.keys import KeyRing, derive
from portico.aws.kms import key_name, sign
from portico.errors import TryLater

KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


class TestDerivedKeys:
    def test_are_what_another_library_derives(self):
        keys = derive(b"s" * 64, version="v1")

        for use, key in (("code", keys.code), ("refresh", keys.refresh), ("mailbox", keys.mailbox)):
            other = HKDF(SHA256(), 32, salt=None, info=f"portico/{use}".encode())
            assert other.derive(b"s" * 64) == key

    def test_are_not_shown(self):
        keys = derive(b"s" * 64, version="v1")

        assert repr(keys) == "Keys(version='v1')"

    def test_are_fetched_once_an_environment(self, cloud, wire):
        ring = KeyRing(os.environ["CODE_SECRET"])

        for _ in range(3):
            assert ring.of(ring.current().version) is ring.current()

        assert wire.operations == ["secretsmanager.GetSecretValue"]

    def test_are_those_of_the_last_two_versions(self, cloud):
        client = boto3.client("secretsmanager")
        arn = client.create_secret(Name="rotating", SecretString="0" * 64)["ARN"]
        versions = [KeyRing(arn).current().version]
        for digit in "12":
            client.put_secret_value(SecretId=arn, SecretString=digit * 64)
            versions.append(KeyRing(arn).current().version)

        found = [KeyRing(arn).of(version) for version in versions]

        assert [each and each.version for each in found] == [None, *versions[1:]]

    @pytest.mark.parametrize("content", [" ", "a" * 31])
    def test_are_never_made_from_too_little(self, cloud, content):
        client = boto3.client("secretsmanager")
        arn = client.create_secret(Name=f"short-{len(content)}", SecretString=content)["ARN"]

        with pytest.raises(TryLater):
            KeyRing(arn).current()

    def test_out_of_reach_are_try_later(self, cloud, wire):
        wire.answer("secretsmanager.GetSecretValue", "AccessDeniedException")

        with pytest.raises(TryLater):
            KeyRing(os.environ["CODE_SECRET"]).current()


class TestASigningKey:
    def test_has_one_name_however_it_is_spelt(self):
        assert key_name(KEY) == key_name(KEY.rpartition("/")[2])

    def test_has_a_name_unlike_that_of_the_next(self):
        assert key_name(KEY) != key_name(KEY[:-1] + "c")

    def test_signs_no_more_than_kms_takes(self, cloud, wire):
        with pytest.raises(ValueError, match="4096"):
            sign(KEY, b"x" * 4097)

        assert wire.sent == []


class TestClients:
    def test_are_made_once_each_by_one_session(self, portal, environments):
        environments()
        clients.client.cache_clear()
        before = clients.session.cache_info().misses

        portal.browser.signs_in()
        portal.forward(minutes=1)
        portal.browser.refreshes()
        portal.browser.signs_out()

        # DynamoDB, KMS, Secrets Manager and SES: asked for in two ways, one would be two.
        assert clients.client.cache_info().currsize == 4
        assert clients.session.cache_info().misses == before
