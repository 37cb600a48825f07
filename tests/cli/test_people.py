"""The command `people`, step by step."""

import json
from pathlib import Path

import pytest

from servanda import wall_time
from servanda.files import people as people_file
from servanda.services import accounts, organisations, people
from servanda.store import models
from tests.builders import instant
from tests.cli.kept import run

NOW = instant("2026-06-01 09:00 Europe/London")


@pytest.fixture
def own(store: str) -> models.Organisation:
    """Return an organisation that kim administers."""
    return organisations.add("school", "A school", "Europe/London", "kim", NOW)


def test_people_are_added_given_roles_and_listed(
    own: models.Organisation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "people", "add", "sam", "--name", "Sam Smith", "--email", "sam@school.example") == 0
    words = ("people", "assign", "sam", "--role", "technician", "--service", "mail", "--service", "print")
    assert run(monkeypatch, *words, "--customer", "staff", "--from", "2026-01-01", "--until", "2099-12-31") == 0
    assert run(monkeypatch, "people", "list") == 0
    assert capsys.readouterr().out.splitlines() == [
        "'sam' is added, and has no role yet.",
        "'sam' is technician of service mail, print and customer staff, from 2026-01-01, until 2099-12-31.",
        "kim (kim): administrator",
        "sam (Sam Smith, sam@school.example): technician of service mail, print and customer staff, "
        "from 2026-01-01, until 2099-12-31",
    ]


def test_who_is_only_named_by_a_source_is_listed_as_such(
    own: models.Organisation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    met = people.Pseudonyms(own)
    ann = met.of("Ann Other")
    met.keep()
    assert run(monkeypatch, "people", "list") == 0
    assert capsys.readouterr().out.splitlines()[1:] == [f"{ann} (Ann Other): named by a source"]


@pytest.mark.parametrize("address", ["", "https://slm.school.example"])
def test_a_person_is_given_a_link_to_choose_a_password_by(
    own: models.Organisation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], address: str
) -> None:
    monkeypatch.setenv("SERVANDA_ADDRESS", address)
    assert run(monkeypatch, "people", "invite", "kim") == 0
    told, link = capsys.readouterr().out.splitlines()
    assert told == "Give this link to 'kim' alone; it lets them choose a password, once, within 24 hours:"
    beginning = f"  {address or 'http://localhost:8080'}/account/set-up/"
    assert link.startswith(beginning)
    secret = link.removeprefix(beginning).removesuffix("/")
    assert accounts.open_link(secret, wall_time.now()).person_name == "kim"


def test_several_roles_end_in_the_plural(
    own: models.Organisation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, "people", "add", "sam", "--name", "Sam")
    for service in ("mail", "print"):
        run(monkeypatch, "people", "assign", "sam", "--role", "technician", "--service", service)
    capsys.readouterr()
    assert run(monkeypatch, "people", "end", "sam", "--role", "technician", "--on", "2099-06-30") == 0
    assert capsys.readouterr().out == "2 roles of 'sam' end on 2099-06-30.\n"


def test_the_list_is_also_json(
    own: models.Organisation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "people", "list", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {
        "id": "kim",
        "name": "kim",
        "email": "",
        "active": True,
        "assignments": [{"role": "administrator"}],
    }


def test_roles_end_and_people_leave_and_return(
    own: models.Organisation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, "people", "add", "sam", "--name", "Sam")
    run(monkeypatch, "people", "assign", "sam", "--role", "auditor")
    capsys.readouterr()
    for words in (
        ("assign", "sam", "--role", "auditor"),
        ("end", "sam", "--role", "auditor", "--on", "2026-06-30"),
        ("end", "sam", "--role", "auditor", "--on", "2026-06-30"),
        ("leave", "sam"),
        ("leave", "sam"),
        ("list",),
        ("return", "sam"),
    ):
        assert run(monkeypatch, "people", *words) == 0
    assert capsys.readouterr().out.splitlines() == [
        "'sam' is auditor already.",
        "One role of 'sam' ends on 2026-06-30.",
        "Nothing to end.",
        "'sam' has left, and may do nothing from now on.",
        "'sam' has left already.",
        "kim (kim): administrator",
        "sam (Sam): auditor, until 2026-06-30; has left",
        "'sam' is back, with the roles they had.",
    ]


def test_a_role_is_handed_over_from_a_day_on(
    own: models.Organisation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("sam", "alex"):
        run(monkeypatch, "people", "add", name, "--name", name.title())
    words = ("people", "hand-over", "sam", "--role", "service_manager", "--to", "alex", "--from", "2099-09-01")
    assert run(monkeypatch, *words) == 0
    run(monkeypatch, "people", "assign", "sam", "--role", "service_manager", "--confirm", "from support")
    assert run(monkeypatch, *words) == 0
    assert run(monkeypatch, "people", "list") == 0
    assert capsys.readouterr().out.splitlines()[2:] == [
        "Nothing to hand over.",
        "'sam' is service manager.",
        "'alex' is service manager from 2099-09-01 on, as 'sam' was.",
        "alex (Alex): service manager, from 2099-09-01",
        "kim (kim): administrator",
        "sam (Sam): service manager, until 2099-08-31",
    ]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--as", "nobody"), "There is no person 'nobody' here."),
        (("--as", "sam"), "There is no organisation 'school' here."),
        (("--organisation", "nowhere"), "There is no organisation 'nowhere' in the database."),
    ],
)
def test_who_may_not_manage_people_is_told_that_there_is_nothing(
    own: models.Organisation,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    told: str,
) -> None:
    people.add(people.viewer(own, "kim", now=NOW), "sam", "Sam", now=NOW)
    assert run(monkeypatch, "people", "list", *words) == 2
    assert told in capsys.readouterr().err


def test_the_environment_says_who_asks_and_the_option_before_it(
    own: models.Organisation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SERVANDA_PERSON", "nobody")
    assert run(monkeypatch, "people", "list") == 2
    assert run(monkeypatch, "people", "list", "--as", "kim") == 0
    assert capsys.readouterr().out == "kim (kim): administrator\n"


def test_with_several_organisations_one_must_be_named(
    own: models.Organisation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    organisations.add("college", "A college", "UTC", "lee", NOW)
    assert run(monkeypatch, "people", "list") == 2
    assert "The database has several organisations." in capsys.readouterr().err
    assert run(monkeypatch, "people", "list", "--organisation", "college") == 0
    assert capsys.readouterr().out == "lee (lee): administrator\n"


def test_without_any_organisation_it_is_said_how_to_make_one(
    store: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "people", "list") == 2
    assert "servanda organisation add" in capsys.readouterr().err


def test_a_role_that_cannot_be_is_refused_in_words(
    own: models.Organisation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "people", "assign", "kim", "--role", "supplier_contact") == 2
    assert "needs the supplier whose contact it is" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        run(monkeypatch, "people", "assign", "kim", "--role", "king")
    assert "'king' is no role" in capsys.readouterr().err


FILE = """\
format: servanda-people/1
organisation: school
people:
- {id: kim, name: Kim, roles: [{role: administrator}]}
- id: sam
  name: Sam
  roles: [{role: technician, services: [mail], until: 2099-12-31}]
suppliers:
- {id: acme, name: Acme}
teams:
- {id: desk, name: Desk, members: [sam], supplier: acme}
"""


def test_a_file_is_planned_kept_taken_out_and_then_the_same(
    own: models.Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = tmp_path / "people.yaml", tmp_path / "out.yaml"
    path.write_text(FILE, encoding="utf-8")
    told = []
    for words in (("--plan",), (), ()):
        assert run(monkeypatch, "people", "apply", f"{path}", *words) == 0
        told.append(capsys.readouterr().out.splitlines())
    role = "person sam is technician of service mail, until 2099-12-31"
    assert told == [
        [
            "to change: person kim",
            "to add: person sam",
            f"to give: {role}",
            "to add: supplier acme",
            "to add: team desk",
            "0 as kept.",
            "Nothing was written.",
        ],
        [
            "changed: person kim",
            "added: person sam",
            f"given: {role}",
            "added: supplier acme",
            "added: team desk",
            "0 as kept.",
        ],
        ["4 as kept."],
    ]
    assert run(monkeypatch, "people", "export", "--out", f"{out}") == 0
    assert capsys.readouterr().out == f"People, groups, suppliers and teams are in {out}.\n"
    assert people_file.load(out).everybody == people_file.load(path).everybody
    assert run(monkeypatch, "people", "export") == 0
    assert capsys.readouterr().out == out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("this", "that", "refusal"),
    [
        ("organisation: school", "organisation: college", "the file is of the organisation 'college'"),
        ("supplier: acme", "supplier: none-such", "people.yaml:11: There is no supplier 'none-such' here"),
        ("role: technician", "role: service_manager}, {role: representative", "people.yaml:5: 'sam' is"),
        ("{role: administrator}", "{role: administrator, until: 2099-12-31}", "Nobody would be left"),
    ],
)
def test_of_a_file_with_a_fault_nothing_is_kept(
    own: models.Organisation,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    this: str,
    that: str,
    refusal: str,
) -> None:
    path = tmp_path / "people.yaml"
    path.write_text(FILE.replace(this, that), encoding="utf-8")
    assert run(monkeypatch, "people", "apply", f"{path}") == 2
    assert refusal in capsys.readouterr().err
    assert (models.Person.objects.count(), models.Supplier.objects.count()) == (1, 0)
