"""A dump tells everything in one way whatever the database, and comes back whole or not at all."""

import gzip
import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection, transaction

from servanda.bad_input import BadInput
from servanda.engine.rights import Action, Assignment, Role, Viewer
from servanda.services import audit, transfers
from servanda.services.transfers import DamagedDump, NotEmpty
from servanda.store import models, transfer_statements
from servanda.store.access import NotFound
from tests.store.rows import MONDAY_NINE
from tests.upgrades import seeded


def dumped(organisation: str = "") -> bytes:
    """Return the dump of the database that is worked on."""
    stream = io.BytesIO()
    transfers.dump(stream, organisation=organisation)
    return stream.getvalue()


def emptied(work: Callable[[], None]) -> None:
    """Do something in a database that is put back to what it was before."""
    with transaction.atomic():
        work()
        transaction.set_rollback(True)


@pytest.fixture(scope="session")
def dumps() -> dict[str, bytes]:
    """Return the dumps of seeded databases, by the kind of database."""
    return {}


@pytest.fixture
def told(store: str, dumps: dict[str, bytes]) -> bytes:
    """Return the dump of a seeded database, which is empty again."""
    if store not in dumps:

        def work() -> None:
            seeded.seed(12)
            dumps[store] = dumped()

        emptied(work)
    assert not models.Organisation.objects.exists()
    return dumps[store]


def load(told: bytes) -> transfers.Summary:
    """Load a dump into the database that is worked on."""
    return transfers.load(io.BytesIO(told))


def test_a_dump_tells_every_model_of_the_store() -> None:
    assert {each.__name__.lower() for each in apps.get_app_config("store").get_models()} == {
        *transfer_statements.NATURAL_KEYS,
        *transfer_statements.LEFT_OUT,
    }
    assert len(transfer_statements.tables()) == len(transfer_statements.NATURAL_KEYS)


def test_a_natural_key_is_one_that_the_database_keeps_apart() -> None:
    for table in transfer_statements.tables():
        model = apps.get_model("store", table.name)
        key = {each.name for each in table.key}
        unique = [set(each.fields) for each in model._meta.constraints if hasattr(each, "fields")]
        one = [{each.name} for each in model._meta.concrete_fields if each.unique and not each.primary_key]
        whole = {each.name for each in table.columns}
        assert key == whole or any(each <= key for each in unique + one), table.name


def test_the_seeded_database_has_a_row_in_every_table(told: bytes) -> None:
    counts = json.loads(told.splitlines()[-1])["rows"]
    assert [name for name, count in counts.items() if not count] == []


def test_what_is_loaded_is_dumped_again_to_the_same_bytes(told: bytes) -> None:
    loaded = load(told)
    assert dumped() == told
    assert loaded.rows["ticket"] == 24
    assert loaded.sha256 == json.loads(told.splitlines()[-1])["sha256"]


def test_what_is_loaded_gives_the_same_figures_and_whole_chains(told: bytes) -> None:
    figures = {}

    def seed() -> None:
        seeded.seed(12)
        figures.update({slug: seeded.figures(slug) for slug in seeded.SLUGS})

    emptied(seed)
    load(told)
    assert {slug: seeded.figures(slug) for slug in seeded.SLUGS} == figures
    assert [list(audit.breaks(each)) for each in models.Organisation.objects.all()] == [[], []]


def test_primary_keys_do_not_show_in_a_dump(told: bytes) -> None:
    seeded.seed(12, ("college",))  # the other way about, and after rows that are gone again
    seeded.seed(12, ("school",))
    assert dumped() == told


def test_rows_are_added_after_a_load_as_before_it(told: bytes) -> None:
    load(told)
    school = models.Organisation.objects.get(slug="school")
    viewer = Viewer("school", "kim", MONDAY_NINE.date(), (Assignment(Role.ADMINISTRATOR),))
    with transaction.atomic():
        audit.note(school, viewer, Action.BACK_UP, "x", now=MONDAY_NINE)
        models.Ticket.objects.create(organisation=school, source="desk", number="new")


def test_one_organisation_is_dumped_alone_and_joins_others(told: bytes) -> None:
    load(told)
    school, college = dumped("school"), dumped("college")
    assert b"college" not in school
    assert b"school" not in college.replace(b'"source"', b"")
    transaction.set_rollback(False)
    with pytest.raises(NotEmpty, match="'school' is kept here already"):
        load(school)


def test_an_organisation_is_loaded_beside_another(told: bytes) -> None:
    parts: list[bytes] = []

    def part() -> None:
        load(told)
        parts.extend((dumped("school"), dumped("college")))
        models.Account.objects.all().delete()
        parts.append(dumped())

    emptied(part)
    load(parts[1])
    load(parts[0])
    assert dumped() == parts[2]


def test_a_dump_of_everything_keeps_each_sign_in_and_one_of_an_organisation_none(told: bytes) -> None:
    load(told)
    people = models.Person.objects.filter(slug="kim").order_by("organisation__slug")
    assert [each.account and each.account.email for each in people] == [
        "kim@college.example.org",
        "kim@school.example.org",
    ]
    alone = dumped("school")
    assert json.loads(alone.splitlines()[-1])["rows"]["account"] == 0
    assert b"kim@school.example.org" not in alone


def test_a_dump_of_one_organisation_that_tells_an_account_is_refused(told: bytes) -> None:
    lines = told.splitlines(keepends=True)
    header = json.loads(lines[0]) | {"organisation": "school"}
    forged = [f"{json.dumps(header)}\n".encode(), *(each for each in lines[1:] if b'"college"' not in each)]
    with pytest.raises(DamagedDump, match="nothing that others share"):
        load(b"".join(forged))


def test_a_whole_dump_is_refused_where_something_is_kept(told: bytes) -> None:
    seeded.seed(1, ("abbey",))
    with pytest.raises(NotEmpty, match="'abbey' is kept here already"):
        load(told)


def test_an_organisation_that_is_not_there_cannot_be_dumped(store: str) -> None:
    with pytest.raises(NotFound):
        dumped("abbey")


def test_the_packed_file_is_the_same_each_time_and_for_its_owner_alone(told: bytes, tmp_path: Path) -> None:
    load(told)
    one, two = tmp_path / "one.jsonl.gz", tmp_path / "two.jsonl.gz"
    for path in (one, two):
        transfers.dump_file(path, None)
    assert one.read_bytes() == two.read_bytes()
    assert gzip.decompress(one.read_bytes()) == told
    assert one.stat().st_mode & 0o077 == 0


def test_only_who_may_back_up_an_organisation_gets_its_dump_and_no_other(told: bytes, tmp_path: Path) -> None:
    load(told)
    on = MONDAY_NINE.date()
    with pytest.raises(NotFound):
        transfers.dump_file(tmp_path / "x.jsonl", Viewer("school", "kim", on, (Assignment(Role.AUDITOR),)))
    transfers.dump_file(tmp_path / "x.jsonl", Viewer("school", "kim", on, (Assignment(Role.ADMINISTRATOR),)))
    assert (tmp_path / "x.jsonl").read_bytes() == dumped("school")


# --- damage ---


def lines(told: bytes) -> list[bytes]:
    """Return the lines of a dump, each with its end."""
    return told.splitlines(keepends=True)


def whole(changed: list[bytes]) -> bytes:
    """Return a dump of these lines whose last line counts and hashes them as they are."""
    counts = {}
    name = ""
    for line in changed[1:-1]:
        content = json.loads(line)
        if isinstance(content, dict):
            name = content["table"]
            counts[name] = 0
        else:
            counts[name] += 1
    sha256 = hashlib.sha256(b"".join(changed[:-1])).hexdigest()
    return b"".join(changed[:-1]) + json.dumps({"rows": counts, "sha256": sha256}).encode() + b"\n"


def refused(told: bytes) -> BadInput:
    """Return why a dump is refused, once it is shown that nothing of it was kept."""
    with pytest.raises(BadInput) as refusal, transaction.atomic():
        load(told)
    assert not models.Organisation.objects.exists()
    return refusal.value


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.9, 0.999])
def test_a_cut_dump_is_refused_wherever_it_is_cut(told: bytes, share: float) -> None:
    assert isinstance(refused(told[: int(len(told) * share)]), DamagedDump)


def test_a_cut_packed_dump_is_refused(told: bytes, tmp_path: Path) -> None:
    path = tmp_path / "cut.jsonl.gz"
    packed = gzip.compress(told)
    path.write_bytes(packed[: len(packed) // 2])
    with pytest.raises(DamagedDump, match=r"cut\.jsonl\.gz:[0-9]+: the packed file is cut or damaged here"):
        transfers.load_file(path)
    assert not models.Organisation.objects.exists()


def test_a_changed_sign_is_refused_even_where_the_line_can_be_read(told: bytes) -> None:
    found = refused(told.replace(b"january", b"january".upper(), 1))
    assert "the hash differs" in found.found
    assert found.line == len(lines(told))


def test_a_line_that_is_no_line_is_named(told: bytes) -> None:
    changed = lines(told)
    changed[40] = b"[1, oh\n"
    assert (refused(b"".join(changed)).line, refused(b"".join(changed)).found) == (41, "this line cannot be read")


def test_something_after_the_end_is_refused(told: bytes) -> None:
    assert "after the last line" in refused(told + b"[]\n").found


def test_a_missing_row_is_refused_though_the_hash_be_mended(told: bytes) -> None:
    changed = lines(told)
    place = next(at for at, line in enumerate(changed) if b'"table":"ticket"' in line)
    del changed[place + 1]
    assert "which the dump lacks" in refused(whole(changed)).found


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (b'"table":"service"', b'"table":"servlet"', "the table 'servlet' is not known"),
        (b'"table":"service"', b'"table":"customer"', "the table 'customer' comes out of its order"),
        (b"servanda-dump/1", b"servanda-dump/2", "it is of the form 'servanda-dump/2'"),
        (b"servanda-dump/1", b"csv", "this is no dump"),
        (b'"migrations":[', b'"migrations":["9999_later",', "newer Servanda"),
        (b'"agreements_applied"', b'"agreements_lost"', "has no column 'agreements_lost'"),
    ],
)
def test_a_table_a_column_or_a_version_that_is_not_known_is_named(
    told: bytes, before: bytes, after: bytes, found: str
) -> None:
    assert before in told
    assert found in refused(whole(lines(told.replace(before, after, 1)))).found


def test_a_column_that_a_dump_lacks_takes_its_usual_value_or_is_refused(told: bytes) -> None:
    changed = lines(told)
    place = next(at for at, line in enumerate(changed) if b'"table":"service"' in line)
    changed[place] = changed[place].replace(b',"name"', b"")
    for at in range(place + 1, place + 5):
        changed[at] = json.dumps(json.loads(changed[at])[:2]).encode() + b"\n"
    assert refused(whole(changed)).found == "the table 'service' lacks its column 'name'"
    place = next(at for at, line in enumerate(changed) if b'"table":"organisation"' in line)


CELLS = [
    ("ticket", 2, "T" * 201, "cannot be"),
    ("ticket", 2, "T\0", "cannot be"),
    ("ticket", 2, None, "is empty"),
    ("ticket", 3, 10**30, "cannot be"),
    ("ticket", 3, "soon", "cannot be"),
    ("ticket", 3, 1.5, "cannot be"),
    ("ticket", 3, True, "cannot be"),
    ("ticket", 0, "abbey", "organisation that the dump does not hold"),
    ("event", 1, ["desk", "T999999"], "refers to ticket 'desk, T999999', which the dump lacks"),
    ("event", 1, "desk", "cannot be"),
    ("person", 4, 1, "cannot be"),
    ("agreementversion", 6, "2026-02-30", "cannot be"),
]


@pytest.mark.parametrize(("table", "cell", "value", "found"), CELLS)
def test_a_cell_that_no_database_should_keep_is_refused_with_its_line(
    told: bytes, table: str, cell: int, value: object, found: str
) -> None:
    changed = lines(told)
    place = next(at for at, line in enumerate(changed) if f'"table":"{table}"'.encode() in line) + 1
    row = json.loads(changed[place])
    row[cell] = value
    changed[place] = json.dumps(row).encode() + b"\n"
    refusal = refused(whole(changed))
    assert found in refusal.found
    assert refusal.line == place + 1


def test_the_same_row_twice_is_refused(told: bytes) -> None:
    changed = lines(told)
    place = next(at for at, line in enumerate(changed) if b'"table":"event"' in line)
    changed.insert(place + 1, changed[place + 1])
    assert "is refused by the database" in refused(whole(changed)).found


def test_any_bytes_are_refused_in_words(store: str) -> None:
    for told in (b"", b"\n", b"null\n", b"[[[[", b"[" * 100_000 + b"\n", b"\xff\xfe\n", b"{}\n", b'{"format":1}\n'):
        refused(told)


def test_a_row_that_refers_to_another_organisations_is_not_dumped_silently(told: bytes) -> None:
    load(told)
    college = models.Organisation.objects.get(slug="college")
    record = models.Clock.objects.filter(organisation__slug="school")[0]
    models.Clock.objects.filter(pk=record.pk).update(organisation=college)
    with pytest.raises(BadInput, match="1 rows of store_clock refer to a row that is missing or another"):
        dumped()


def test_the_connection_is_what_the_tests_think_it_is(store: str) -> None:
    assert connection.vendor == store
