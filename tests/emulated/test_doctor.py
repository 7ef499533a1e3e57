"""The doctor's questions are ones that AWS answers: asked of a whole emulated stack."""

from cli.doctor import checks, examined
from cli.findings import NOT_HERE, OK


def test_a_fresh_stack_is_well_as_far_as_there_is_one(account):
    patient = examined(account.name, emulated=True)

    findings = [found for check in checks(patient) for found in check.findings()]

    assert {each.state for each in findings} == {OK, NOT_HERE}, findings
    assert [each.what for each in findings if each.state == NOT_HERE] == [
        "SES identity portico.example",
        "alarms",
        "mail arrivals",
        "limits",
        "PeopleTable",
        "SignInTable",
        "TrailTable",
    ]
