"""What each door may touch. The emulator does not enforce leading keys, so they are read here."""

from collections import Counter
from typing import Any

import pytest

from tests.support.template import doors, resources, statements

WITH_A_STAR = {
    "Mail": "an identity of the address itself goes before its domain's, and the sandbox asks for recipients'",
    "FindStream": "a stream's name is the time it was made, and ListStreams asks before it is known",
    "KeepClientSecrets": "connections come and go without a deployment, each under a derived name",
    "ReadClientSecrets": "connections come and go without a deployment, each under a derived name",
}
"""Statements whose resource ends in a star, and why it cannot be named."""

MORE_THAN_ROWS = {
    "ListOwnIdentitiesAndAddresses": {"dynamodb:Query"},
    "ListTeamKeysAndChanges": {"dynamodb:Query"},
    "ReadTeam": {"dynamodb:Query"},
    "ListPortalsAndConnections": {"dynamodb:Query"},
    "ListLinks": {"dynamodb:Query"},
    "FindUsers": {"dynamodb:Query"},
    "FindOwners": {"dynamodb:Query"},
    "ForgetUsers": {"dynamodb:DeleteItem"},
    "FindDomainsThatRefuse": {"dynamodb:Query"},
    "FindMailsAndDomains": {"dynamodb:Query"},
    "ReadSessionsOfContacts": {"dynamodb:Query"},
    "ReadUsesOfLinks": {"dynamodb:Query"},
    "ReadTrail": {"dynamodb:Query"},
    "LetGo": {"dynamodb:DeleteItem"},
    "ForgetSearchRow": {"dynamodb:DeleteItem"},
    "FindContacts": {"dynamodb:Query"},
    "ReadImports": {"dynamodb:Query"},
    "KeepImports": {"dynamodb:DeleteItem"},
    "ListIdentitiesAndAddresses": {"dynamodb:Query"},
    "ListOwnChangesOfAddress": {"dynamodb:Query"},
    "ReadAndForgetSessions": {"dynamodb:Query"},
    "ReadTrails": {"dynamodb:Query"},
    "ForgetAddresses": {"dynamodb:DeleteItem"},
    "ForgetOwnAddresses": {"dynamodb:DeleteItem"},
    "LetContactsGo": {"dynamodb:DeleteItem"},
    "ReadAndEndOwnSessions": {"dynamodb:Query"},
    "ReadOwnTrail": {"dynamodb:Query"},
    "ListPortalSessions": {"dynamodb:Query"},
    "CountOneDomain": {"dynamodb:Query"},
}
"""Only the account lists and lets go: what is its contact's own, and on no daily path. What a
sign-out ends is listed, of one contact. A team's doors list its members and keys, what it has set up,
the workspace's links and who used one, and the sessions of one contact; and of a domain whose mails
come back, a few addresses of one hour are."""

ROW_ACTIONS = {
    "dynamodb:BatchGetItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
}
STREAM_ACTIONS = {
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
}

ROWS_OF = {
    "PeopleTable": {
        "*#workspace",
        "*#team",
        "*#keys",
        "*#contact#*",
        "*#email#*",
        "*#find#*",
        "*#ref#*",
        "*#link#*",
        "*#links",
        "*#logo",
        "*#changes",
        "*#connection#*",
        "*#portal#*",
        "*#portals",
        "*#connections",
        "*#identity#*",
        "*#identities",
        "*#record#*",
        "*#formers",
        "*#record-key#*",
        "*#records",
        "*#scim#*",
        "*#scim-key#*",
        "*#scim-users",
        "*#scim-groups",
        "*#scim-held",
        "*#directory",
        "*#suppressed#*",
    },
    "SignInTable": {
        "*#challenge#*",
        "*#contact#*",
        "*#auto#*",
        "*#guess#*",
        "*#grant#*",
        "*#sso#*",
        "*#pending#*",
        "*#notice#*",
        "*#import#*",
        "*#team-use#*",
        "*#visit#*",
        "*#scim-page#*",
        "*#scim-token#*",
        "*#scim-left",
        "*#scim-refused#*",
        "*#press#*",
        "*#strangers#*",
        "-strangers#*",
        "-mailed#*",
        "*#delivery#*",
        "*#owed#*",
        "*#refusals#*",
        "*#refusing",
        "-unknown#*",
        "-outcomes#*",
        "-net#*",
        "-account#*",
        "-mailbox#*",
    },
    "TrailTable": {
        "*#trail#*",
        "*#trail#ct_*",
        "*#trail#link-*",
        "*#trail#address-*",
        "*#listed",
        "*#listed#*",
        "*#counted",
    },
}
"""Kinds of partition keys, as docs/table.md lists them."""

MAY = {
    "ResolveLink": {"PeopleTable": {"BatchGetItem"}},
    "RequestCode": {
        "PeopleTable": {"BatchGetItem", "GetItem"},
        "SignInTable": {"GetItem", "PutItem", "UpdateItem"},
    },
    "VerifyCode": {
        # A first address takes the place of none among the search rows.
        "PeopleTable": {"ConditionCheckItem", "DeleteItem", "PutItem", "UpdateItem"},
        "SignInTable": {"PutItem", "UpdateItem"},
    },
    "Account": {
        "PeopleTable": {
            "BatchGetItem",
            "ConditionCheckItem",
            "DeleteItem",
            "GetItem",
            "PutItem",
            "Query",
            "UpdateItem",
        },
        "SignInTable": {"BatchGetItem", "ConditionCheckItem", "PutItem", "Query", "UpdateItem"},
        "TrailTable": {"BatchGetItem", "DeleteItem", "Query", "UpdateItem"},
    },
    "ManageContacts": {
        "PeopleTable": {
            "BatchGetItem",
            "ConditionCheckItem",
            "DeleteItem",
            "GetItem",
            "PutItem",
            "Query",
            "UpdateItem",
        },
        "SignInTable": {
            "BatchGetItem",
            "DeleteItem",
            "GetItem",
            "PutItem",
            "Query",
            "UpdateItem",
        },
        "TrailTable": {"BatchGetItem", "DeleteItem", "GetItem", "Query", "UpdateItem"},
    },
    "ManageWorkspace": {
        "PeopleTable": {
            "BatchGetItem",
            "ConditionCheckItem",
            "GetItem",
            "PutItem",
            "Query",
            "UpdateItem",
        },
        "SignInTable": {"BatchGetItem", "PutItem", "UpdateItem"},
        "TrailTable": {"BatchGetItem", "GetItem", "Query", "UpdateItem"},
    },
    "ManageLinks": {
        "PeopleTable": {
            "BatchGetItem",
            "ConditionCheckItem",
            "GetItem",
            "PutItem",
            "Query",
            "UpdateItem",
        },
        "SignInTable": {"BatchGetItem", "GetItem", "PutItem", "Query", "UpdateItem"},
        "TrailTable": {"Query"},
    },
    "SyncDirectory": {
        "PeopleTable": {
            "BatchGetItem",
            "ConditionCheckItem",
            "DeleteItem",
            "GetItem",
            "PutItem",
            "Query",
            "UpdateItem",
        },
        "SignInTable": {"BatchGetItem", "GetItem", "PutItem", "UpdateItem"},
    },
    "Diagnose": {
        "PeopleTable": {"BatchGetItem", "Query"},
        "SignInTable": {"BatchGetItem", "PutItem", "Query", "UpdateItem"},
        "TrailTable": {"GetItem", "Query"},
    },
    "StartSso": {
        "PeopleTable": {"BatchGetItem", "ConditionCheckItem", "GetItem", "UpdateItem"},
        "SignInTable": {"BatchGetItem", "PutItem", "UpdateItem"},
    },
    "FinishSso": {
        "PeopleTable": {
            "BatchGetItem",
            "ConditionCheckItem",
            "GetItem",
            "PutItem",
            "UpdateItem",
        },
        "SignInTable": {"ConditionCheckItem", "PutItem", "UpdateItem"},
    },
    "Password": {
        "PeopleTable": {
            "BatchGetItem",
            "ConditionCheckItem",
            "GetItem",
            "PutItem",
            "UpdateItem",
        },
        "SignInTable": {"BatchGetItem", "PutItem", "UpdateItem"},
    },
    "Session": {
        # Whom to tell of an account that a member has just connected.
        "PeopleTable": {"BatchGetItem", "Query", "UpdateItem"},
        "SignInTable": {"BatchGetItem", "GetItem", "UpdateItem"},
    },
    "Authorize": {
        "PeopleTable": {"BatchGetItem"},
        "SignInTable": {"BatchGetItem", "PutItem"},
    },
    "Token": {
        "PeopleTable": {"BatchGetItem", "ConditionCheckItem"},
        "SignInTable": {
            "BatchGetItem",
            "ConditionCheckItem",
            "GetItem",
            "PutItem",
            "UpdateItem",
        },
    },
    "Userinfo": {"PeopleTable": {"BatchGetItem"}, "SignInTable": {"BatchGetItem"}},
    "EndSession": {
        "PeopleTable": {"BatchGetItem"},
        "SignInTable": {"BatchGetItem", "UpdateItem"},
    },
    "Revoke": {
        "PeopleTable": {"BatchGetItem"},
        "SignInTable": {"BatchGetItem", "UpdateItem"},
    },
    "SendMail": {
        # The link that a mail brings in the place of one that has ended.
        "PeopleTable": {"BatchGetItem", "GetItem", "PutItem", "UpdateItem"},
        "SignInTable": {"BatchGetItem", "GetItem", "UpdateItem"},
    },
    "RecordDelivery": {
        "PeopleTable": {"ConditionCheckItem", "UpdateItem"},
        "SignInTable": {"PutItem", "Query", "UpdateItem"},
    },
    "RecordTrail": {"TrailTable": {"PutItem", "UpdateItem"}},
    "SignOutPortals": {"PeopleTable": {"GetItem"}, "SignInTable": {"Query"}},
    "SignInPage": {"PeopleTable": {"GetItem"}},
}
"""What each door does with which table's rows, and nothing more."""


def resources_of(statement: dict[str, Any]) -> list[Any]:
    stated = statement["Resource"]
    return stated if isinstance(stated, list) else [stated]


def table_of(statement: dict[str, Any]) -> str:
    (table,) = resources_of(statement)
    if "Fn::Sub" in table:
        assert table["Fn::Sub"].endswith("/index/by_workspace")
        return str(table["Fn::Sub"].partition(".")[0].removeprefix("${"))
    name: str = table["Fn::GetAtt"][0]
    return name


def touching_rows() -> list[tuple[str, dict[str, Any]]]:
    return [
        (role, each)
        for role, each in statements()
        if any(action.startswith("dynamodb:") for action in each["Action"])
        and not STREAM_ACTIONS.intersection(each["Action"])
    ]


@pytest.mark.parametrize(
    ("role", "statement"),
    statements(),
    ids=lambda each: each if isinstance(each, str) else each["Sid"],
)
class TestAGrant:
    def test_only_allows(self, role, statement):
        assert statement["Effect"] == "Allow"
        assert {"NotAction", "NotResource"}.isdisjoint(statement)

    def test_names_its_actions(self, role, statement):
        assert not [action for action in statement["Action"] if "*" in action]

    def test_names_its_resources(self, role, statement):
        stars = [each for each in resources_of(statement) if "*" in str(each)]
        assert not stars or statement["Sid"] in WITH_A_STAR


@pytest.mark.parametrize(
    ("role", "statement"),
    touching_rows(),
    ids=lambda each: each if isinstance(each, str) else each["Sid"],
)
class TestAGrantOfRows:
    def test_states_which_kinds_of_rows(self, role, statement):
        keys = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
        assert keys
        assert set(keys) <= ROWS_OF[table_of(statement)]

    def test_is_for_single_rows(self, role, statement):
        more = MORE_THAN_ROWS.get(statement["Sid"], set())
        assert set(statement["Action"]) <= ROW_ACTIONS | more


class TestTheSender:
    def test_may_mail_from_one_address_by_whatever_identity_ses_asks_for(self):
        mailing = [(role, each) for role, each in statements() if "ses:SendEmail" in each["Action"]]
        ((role, grant),) = mailing

        assert role == "SendMailRole"
        # A mail that is handed over finished is asked for by the second name.
        assert grant["Action"] == ["ses:SendEmail", "ses:SendRawEmail"]
        assert grant["Condition"] == {"StringEquals": {"ses:FromAddress": {"Ref": "MailFrom"}}}
        assert [each["Fn::Sub"].rpartition(":")[2] for each in grant["Resource"]] == [
            "identity/*",
            "configuration-set/${ConfigurationSet}",
        ]


def of_doors() -> dict[str, dict[str, Any]]:
    """All roles but CodeDeploy's (tests/template/test_versions.py)."""
    return {
        name: each for name, each in resources("AWS::IAM::Role").items() if name != "DeploymentRole"
    }


class TestADoor:
    @pytest.mark.parametrize("door", MAY)
    def test_does_with_tables_what_is_listed_and_no_more(self, door):
        found: dict[str, set[str]] = {}
        for role, each in touching_rows():
            if role == f"{door}Role":
                actions = {action.removeprefix("dynamodb:") for action in each["Action"]}
                found.setdefault(table_of(each), set()).update(actions)
        assert found == MAY[door]

    def test_has_a_role_of_its_own(self):
        roles = Counter(door["Role"]["Fn::GetAtt"][0] for door in doors().values())
        assert set(roles.values()) == {1}
        assert roles.keys() == of_doors().keys()

    def test_has_no_managed_policy(self):
        for role in of_doors().values():
            assert "ManagedPolicyArns" not in role

    def test_can_only_be_entered_by_lambda(self):
        for role in of_doors().values():
            (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
            assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}
            assert trust["Action"] == "sts:AssumeRole"

    def test_writes_its_own_log_only(self):
        for role, each in statements():
            if each["Sid"] == "WriteOwnLog":
                door = role.removesuffix("Role")
                assert each["Resource"] == {"Fn::GetAtt": [f"{door}Log", "Arn"]}

    def test_that_asks_for_codes_reads_no_contact_and_no_secret(self):
        actions = {
            a for role, each in statements() if role == "RequestCodeRole" for a in each["Action"]
        }
        assert {a for a in actions if a.startswith(("kms:", "secretsmanager:", "ses:"))} == set()
        keys = [
            key
            for role, each in touching_rows()
            if role == "RequestCodeRole"
            for key in each["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
        ]
        assert "*#contact#*" not in keys
        assert "*#email#*" not in keys

    def test_that_writes_people_writes_what_its_proofs_are_good_for(self):
        # A door that could write any People row could make itself a way in.
        writes: dict[tuple[str, str], tuple[str, ...]] = {}
        for role, each in touching_rows():
            if table_of(each) == "PeopleTable":
                keys = each["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
                for action in {"dynamodb:PutItem", "dynamodb:UpdateItem"} & set(each["Action"]):
                    which = role, action.removeprefix("dynamodb:")
                    writes[which] = (*writes.get(which, ()), *keys)
        assert writes == {
            # A code connects an identity, makes the contact of a sign-up, and proves an address.
            ("VerifyCodeRole", "PutItem"): (
                "*#identity#*",
                "*#contact#*",
                "*#email#*",
                "*#find#*",
            ),
            ("VerifyCodeRole", "UpdateItem"): ("*#contact#*", "*#link#*"),
            ("FinishSsoRole", "PutItem"): ("*#identity#*",),
            # A directory record notes who comes in by it.
            ("FinishSsoRole", "UpdateItem"): ("*#contact#*", "*#record#*"),
            ("PasswordRole", "PutItem"): ("*#contact#*",),
            ("PasswordRole", "UpdateItem"): ("*#contact#*",),
            ("AccountRole", "PutItem"): ("*#contact#*", "*#email#*", "*#find#*"),
            # A personal link is revoked with the account.
            ("AccountRole", "UpdateItem"): ("*#contact#*", "*#link#*"),
            # Of a membership, which accounts rest (below).
            ("SessionRole", "UpdateItem"): ("*#team", "*#contact#*"),
            # Contacts, as their own account would; no role and no key. Of a directory, whose access is
            # held.
            ("ManageContactsRole", "PutItem"): (
                "*#contact#*",
                "*#email#*",
                "*#find#*",
                "*#ref#*",
                "*#scim#*",
                "*#scim-held",
                "*#record#*",
                "*#record-key#*",
            ),
            # A merge moves accounts to another contact, asleep; its undo moves them back.
            ("ManageContactsRole", "UpdateItem"): (
                "*#contact#*",
                "*#link#*",
                "*#identity#*",
                "*#suppressed#*",
            ),
            # Roles, keys and settings, and nothing that a contact signs in with: of links, the
            # entrances.
            ("ManageWorkspaceRole", "PutItem"): (
                "*#keys",
                "*#changes",
                "*#logo",
                "*#link#*",
                "*#portal#*",
                "*#connection#*",
            ),
            ("ManageWorkspaceRole", "UpdateItem"): ("*#team", "*#keys", "*#workspace"),
            # Links sign nobody in. Of a contact, it ends the sessions.
            ("ManageLinksRole", "PutItem"): ("*#link#*",),
            ("ManageLinksRole", "UpdateItem"): ("*#link#*", "*#contact#*"),
            # Records, which let nobody in by themselves, and contacts, as a team's door: no role.
            ("SyncDirectoryRole", "PutItem"): (
                "*#scim#*",
                "*#scim-key#*",
                "*#scim-users",
                "*#scim-groups",
                "*#scim-held",
                "*#record#*",
                "*#record-key#*",
                "*#contact#*",
                "*#email#*",
                "*#find#*",
                "*#directory",
            ),
            ("SyncDirectoryRole", "UpdateItem"): ("*#contact#*", "*#directory"),
            # The issuer of a connection ends the sessions of a contact.
            ("StartSsoRole", "UpdateItem"): ("*#contact#*",),
            # The link that a mail brings.
            ("SendMailRole", "PutItem"): ("*#link#*",),
            ("SendMailRole", "UpdateItem"): ("*#link#*",),
            # What is held against an address; of a head, two attributes (below).
            ("RecordDeliveryRole", "UpdateItem"): ("*#suppressed#*", "*#contact#*"),
        }

    def test_that_refreshes_sessions_writes_nobodys_role(self):
        (one,) = [
            each["Condition"]
            for role, each in touching_rows()
            if role == "SessionRole"
            and "*#team" in str(each["Condition"])
            and "dynamodb:UpdateItem" in each["Action"]
        ]
        named = {"dynamodb:Attributes": ["pk", "sk", "accounts", "event"]}
        assert one["ForAllValues:StringEquals"] == named

    def test_that_hears_of_bounces_writes_two_attributes_of_a_head(self):
        conditions = [
            each["Condition"]
            for role, each in touching_rows()
            if role == "RecordDeliveryRole" and "*#contact#*" in str(each["Condition"])
        ]
        (one,) = conditions
        named = {"dynamodb:Attributes": ["pk", "sk", "email", "strikes", "held_by"]}
        assert one["ForAllValues:StringEquals"] == named

    def test_reads_client_secrets_of_its_own_stack_only_if_it_asks_providers(self):
        reading = {
            role: each["Resource"]["Fn::Sub"]
            for role, each in statements()
            if each["Sid"] == "ReadClientSecrets"
        }
        assert reading.keys() == {"StartSsoRole", "FinishSsoRole"}
        # The team's door takes them in, and never reads one.
        actions = {
            a for name, e in statements() if name == "ManageWorkspaceRole" for a in e["Action"]
        }
        assert {each for each in actions if each.startswith("secretsmanager:")} == {
            f"secretsmanager:{each}"
            for each in ("CreateSecret", "PutSecretValue", "DescribeSecret", "DeleteSecret")
        }
        stated = doors()["start_sso"]["Environment"]["Variables"]["CONNECTION_SECRETS"]
        for each in reading.values():
            assert each.endswith(f":secret:{stated['Fn::Sub']}/*")

    def test_that_asks_providers_signs_no_tokens(self):
        for role in ("StartSsoRole", "FinishSsoRole"):
            actions = {a for name, each in statements() if name == role for a in each["Action"]}
            # Who connects one more account shows a token, which has to be checked.
            allowed = {"kms:GetPublicKey"} if role == "StartSsoRole" else set()
            assert {action for action in actions if action.startswith("kms:")} == allowed

    def test_that_gives_codes_to_portals_can_redeem_none(self):
        # Whoever took one door over would still be short of the other.
        keys = {
            (role, action.removeprefix("dynamodb:"))
            for role, each in touching_rows()
            if "*#grant#*" in each["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
            for action in each["Action"]
        }
        assert keys == {("AuthorizeRole", "PutItem"), ("TokenRole", "BatchGetItem")}

    def test_that_signs_does_so_in_one_way(self):
        signing = {role: each for role, each in statements() if "kms:Sign" in each["Action"]}
        assert signing.keys() == {
            *("VerifyCodeRole", "PasswordRole", "SessionRole", "TokenRole"),
            "SignOutPortalsRole",
        }
        for each in signing.values():
            assert each["Condition"]["StringEqualsIfExists"] == {
                "kms:SigningAlgorithm": "RSASSA_PKCS1_V1_5_SHA_256",
                "kms:MessageType": "RAW",
            }
