"""Agreement files become the engine's values, or are refused with every error, its line and its mend."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from servanda.engine import zones
from servanda.engine.agreements import AgreementKind, Exclusion, Money, Party, WorkloadLimit
from servanda.engine.instants import HOUR, MINUTE
from servanda.engine.shifts import Season, Shift
from servanda.engine.targets import DueRolls, Limit, Target, TargetKind, Unit
from servanda.files import agreements
from servanda.files.agreement_draft import RefusedAgreements
from servanda.files.yaml_text import UnreadableYaml
from tests.files.agreement_examples import FILE, ROOT, SAMPLES, SCHOOL, SMALL, changed, draft, found, line_of

BOOK = agreements.load(SCHOOL)
VERSIONS = {version.label: version for version in BOOK.versions}
DESK = VERSIONS["service-desk/2"]
TARGETS = {target.id: target for target in DESK.targets}


def hour(number: int, minutes: int = 0) -> int:
    """Return the seconds after midnight of a wall-clock time."""
    return number * 3600 + minutes * 60


class TestTheSchool:
    """What the sample of an invented school says, read by eye from the file."""

    def test_its_calendar(self) -> None:
        office = next(each for each in BOOK.calendars if each.id == "term-days")
        long_day = (Shift(hour(8), hour(12)), Shift(hour(13), hour(17)))
        friday = (Shift(hour(8), hour(12)), Shift(hour(13), hour(16)))
        morning = (Shift(hour(9), hour(12)),)
        assert (office.name, office.zone) == ("ICT office", "Europe/London")
        assert office.weekly == (long_day, long_day, long_day, long_day, friday, (), ())
        assert office.weekly_breaks == ((Shift(hour(10, 30), hour(10, 45)),),) * 5 + ((), ())
        assert office.breaks == {date(2026, 9, 1): (Shift(hour(9), hour(10)),)}
        assert office.holidays[date(2026, 5, 4)] == "Early May bank holiday"
        assert office.recurring == {(12, 25): "Christmas Day", (12, 26): "Boxing Day", (1, 1): "New Year's Day"}
        assert office.special[date(2026, 9, 4)] == ()
        assert office.seasons == (
            Season(date(2026, 7, 20), date(2026, 8, 30), ((), morning, (), morning, (), (), ())),
            Season(date(2026, 12, 21), date(2027, 1, 3), ((),) * 7),
        )
        assert (office.valid_from, office.valid_until) == (date(2025, 9, 1), date(2028, 12, 31))

    def test_shifts_past_midnight_and_a_calendar_that_is_always_open(self) -> None:
        night, always = BOOK.calendars[1:]
        assert night.weekly == ((Shift(hour(22), hour(30)),),) * 7
        assert night.zone == "UTC"
        assert always.weekly == ((Shift(0, hour(24)),),) * 7

    def test_its_priorities(self) -> None:
        (scheme,) = BOOK.priorities
        assert scheme.codes == ("P1", "P2", "P3", "P4", "P5")
        assert scheme.code(impact="several people", urgency="can wait") == "P4"
        assert scheme.code(value="Whenever") == "P5"

    def test_its_versions(self) -> None:
        first = VERSIONS["service-desk/1"]
        assert (first.effective_from, first.effective_until) == (date(2026, 1, 1), date(2026, 8, 31))
        assert first.enforce_from == date(2026, 2, 1)
        assert (DESK.effective_from, DESK.effective_until) == (date(2026, 9, 1), None)
        assert DESK.pause_reasons == {"waiting for user", "appointment agreed", "waiting for part"}
        assert (DESK.owner, DESK.review_on) == ("Head of ICT", date(2027, 7, 1))
        assert DESK.parties[0] == Party("provider", "ICT support", "ict@hill-school.example")
        assert VERSIONS["starter/1"].starter
        assert VERSIONS["copier-contract/1"].kind is AgreementKind.UNDERPINNING_CONTRACT
        assert VERSIONS["copier-contract/1"].zone == "Europe/Paris"

    def test_its_targets(self) -> None:
        assert TARGETS["fix"] == Target(
            id="fix",
            name="Working again",
            kind=TargetKind.RESOLUTION,
            limits={
                "P1": Limit(3 * HOUR + 30 * MINUTE, Unit.OPEN_TIME),
                "P2": Limit(9 * HOUR, Unit.OPEN_TIME),
                "P3": Limit(2, Unit.WORKING_DAYS),
                "P4": Limit(5, Unit.WORKING_DAYS, end_of_day=True),
            },
            unlimited=frozenset({"P5"}),
            calendar=BOOK.calendars[0],
            stop="resolved",
            pauses=frozenset({"waiting for user", "appointment agreed"}),
            due_rolls=DueRolls.NEXT_OPENING,
            start_rolls=True,
            share=Fraction(37, 40),
            source="ticket log of the service desk",
        )
        assert TARGETS["first-answer"].limits["*"] == Limit(4 * HOUR, Unit.OPEN_TIME)
        assert TARGETS["kept-informed"].maturity == "proposed"
        night = VERSIONS["copier-contract/1"].targets[1]
        assert (night.party, night.calendar.id) == ("Copier company by night", "night-watch")

    def test_pauses_left_out_are_the_default_and_an_empty_list_is_none(self) -> None:
        assert TARGETS["news"].pauses is None
        assert VERSIONS["registration/1"].targets[0].pauses == frozenset()

    def test_its_exclusions_workload_and_credits(self) -> None:
        assert DESK.exclusions[1] == Exclusion(
            "fire-drill", "the alarm test cut the power", "Head teacher", tickets=frozenset({"1042", "1043"})
        )
        assert DESK.workload == (WorkloadLimit("tickets-a-month", 250, "month", frozenset({"classroom", "printing"})),)
        assert DESK.credits is not None
        assert DESK.credits.charge == Money(Decimal("1250.00"), "GBP")
        assert [(tier.below, tier.credit) for tier in DESK.credits.tiers] == [
            (Fraction(9, 10), Fraction(1, 20)),
            (Fraction(3, 4), Fraction(1, 8)),
        ]
        assert DESK.credits.cap == Fraction(1, 4)

    def test_its_signed_contract_is_what_was_signed(self) -> None:
        contract = VERSIONS["copier-contract/1"]
        assert contract.signed is not None
        assert contract.signed.on == date(2026, 8, 20)
        assert contract.signed.content_hash == contract.content_hash()


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.parent.name)
def test_the_samples_are_without_a_finding(sample: Path) -> None:
    assert agreements.read(sample).findings.all() == ()


def test_the_small_file_of_these_tests_is_without_a_finding() -> None:
    assert found(SMALL) == []


def test_a_file_with_an_error_is_refused_with_its_line_and_the_way_to_all_of_them(tmp_path: Path) -> None:
    path = tmp_path / "agreements.yaml"
    path.write_text(changed(("P2: 9 hours", "P2: 1 day"), ("Europe/London", "Europe/Lodnon")), "utf-8")
    with pytest.raises(RefusedAgreements) as refused:
        agreements.load(path)
    assert (refused.value.file, refused.value.line) == (path, 2)
    assert refused.value.found == (
        f"'Europe/Lodnon' is no time zone of the IANA data {zones.VERSION}, and 1 more error"
    )
    assert f"servanda lint {path}" in refused.value.mend
    assert [each.rule for each in refused.value.findings] == ["SV201", "SV402"]


def test_a_warning_does_not_keep_a_file_from_being_used(tmp_path: Path) -> None:
    path = tmp_path / "agreements.yaml"
    path.write_text(changed(("        owner: Head of ICT\n", "")), "utf-8")
    assert [each.rule for each in agreements.read(path).findings.all()] == ["SV305"]
    assert len(agreements.load(path).versions) == 1


def test_a_file_that_is_no_yaml_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "agreements.yaml"
    path.write_text("format: [servanda/1", "utf-8")
    with pytest.raises(UnreadableYaml):
        agreements.load(path)


def test_a_list_instead_of_a_table_is_refused() -> None:
    assert [rule for rule, _ in found("- a\n- b\n")] == ["SV105"]


class TestShape:
    """Faults against the schema, each with its line."""

    @pytest.mark.parametrize(
        ("old", "new", "rule", "mend"),
        [
            ("format: servanda/1", "format: servanda/2", "SV105", "servanda/1"),
            ("kind: SLA", "kind: sla", "SV105", "SLA with users or customers"),
            ("kind: resolution", "kind: solution", "SV105", "resolution or hand_over"),
            ("kind: SLA", "kind: SLA\n    knid: SLA", "SV103", "Did you mean 'kind'?"),
            ("kind: SLA", "kind: SLA\n    zzz: 1", "SV103", "or use one of: id, name, kind"),
            ("mon-fri:", "weekdays:", "SV103", "mon, tue, wed"),
            ("mon-fri:", "fri-mon:", "SV105", "runs backwards"),
            ('["08:00-17:00"]', '["8-17"]', "SV105", "08:30-17:00"),
            ('["08:00-17:00"]', "08:00-17:00", "SV105", "a list of hours"),
            ("number: 1", "number: first", "SV105", "1 or more"),
            ("number: 1", "number: 0", "SV105", "1 or more"),
            ("from: 2026-01-01", "from: 1/1/2026", "SV105", "2026-09-01"),
            ("from: 2026-01-01", "from: 2026-02-30", "SV105", "There is no day 2026-02-30"),
            ("from: 2026-01-01", "from: 2026", "SV105", "a date as year, month and day"),
            ("id: desk", "id: Service Desk", "SV105", "small letters, digits and hyphens"),
            ("owner: Head of ICT", "owner:", "SV105", "who answers for it"),
            ("owner: Head of ICT", "owner: yes", "SV106", '"yes"'),
            ("owner: Head of ICT", "owner: 1.10", "SV106", '"1.10"'),
            ("owner: Head of ICT", "owner: 7", "SV105", 'in quotes if it is meant so: "7"'),
            ("kind: SLA", "kind: SLA\n    starter: yes", "SV105", "true for assumed levels"),
            ("codes: [P1, P2]", "codes: [1, 2]", "SV105", '"1"'),
            ("codes: [P1, P2]", "codes: [P1, P2, P1]", "SV107", "Keep one"),
            ("codes: [P1, P2]", "codes: [P1, P2, other]", "SV105", "a priority code as text"),
            ("codes: [P1, P2]", "codes: [P1, P2]\n    codes: [P1, P2]", "SV102", "Keep one"),
            ("kind: SLA", "kind: SLA\n    <<: {x: y}", "SV103", "one of"),
            ("source: ticket log", "source: ticket log\n            share: 0.9", "SV105", "95 %"),
            ("source: ticket log", "source: ticket log\n            share: 101 %", "SV105", "such as 90 %"),
            ("source: ticket log", "source: ticket log\n            limit: 1 hour", "SV105", "Keep one"),
        ],
    )
    def test_a_fault_is_told_with_what_to_write(self, old: str, new: str, rule: str, mend: str) -> None:
        findings = draft(changed((old, new))).findings.errors
        assert rule in {each.rule for each in findings}
        assert mend in " ".join(each.mend for each in findings if each.rule == rule)

    @pytest.mark.parametrize(
        ("line", "key"),
        [
            ("format: servanda/1\n", "format"),
            ("    name: Service desk\n", "name"),
            ("        from: 2026-01-01\n", "from"),
            ("            kind: resolution\n", "kind"),
            ("            limits: {P1: 4 hours, P2: 9 hours}\n", "limits"),
        ],
    )
    def test_what_must_be_said_and_is_not_is_told(self, line: str, key: str) -> None:
        findings = draft(changed((line, ""))).findings.errors
        assert "SV104" in {each.rule for each in findings}
        assert f"'{key}'" in " ".join(each.reason for each in findings)

    def test_a_wish_is_no_target(self) -> None:
        wish = changed(
            (
                "            kind: resolution\n            limits: {P1: 4 hours, P2: 9 hours}\n",
                "            name: Improve satisfaction\n",
            )
        )
        reasons = [each.reason for each in draft(wish).findings.errors]
        assert any("does not say 'kind'" in each for each in reasons)
        assert any("neither 'limit' nor 'limits'" in each for each in reasons)

    def test_what_is_sound_is_checked_even_where_something_else_is_faulty(self) -> None:
        text = changed(
            ("kind: SLA", "kind: SLA\n    colour: red"),
            ("P1: 4 hours", "P1: 1 day"),
            ("calendar: office-hours", "calendar: offce-hours"),
            ("id: mail, name: E-mail", "id: print, name: E-mail"),
        )
        assert [rule for rule, _ in found(text)] == ["SV107", "SV103", "SV108", "SV402"]


class TestValues:
    """Faults of values whose form is right, each on its own line."""

    @pytest.mark.parametrize(
        ("old", "new", "rule", "at"),
        [
            ("zone: Europe/London", "zone: Europe/Lodnon", "SV201", "organisation"),
            ('mon-fri: ["08:00-17:00"]', 'mon-fri: ["08:00-08:00"]', "SV203", "mon-fri"),
            ('mon-fri: ["08:00-17:00"]', 'mon-fri: ["17:00-08:00"]', "SV203", "mon-fri"),
            ('mon-fri: ["08:00-17:00"]', 'mon-fri: ["08:00-49:00"]', "SV203", "mon-fri"),
            ('mon-fri: ["08:00-17:00"]', 'mon-fri: ["08:00-12:00", "11:59-17:00"]', "SV203", "mon-fri"),
            ('mon-fri: ["08:00-17:00"]', 'mon-fri: ["08:00-17:75"]', "SV105", "mon-fri"),
            ('mon-fri: ["08:00-17:00"]', 'mon-fri: ["08:00-17:00"]\n      wed: []', "SV102", "wed"),
            ('hours:\n      mon-fri: ["08:00-17:00"]', "hours: {}", "SV202", "- id: office-hours"),
            ('mon-fri: ["08:00-17:00"]', "mon-fri: []", "SV202", "- id: office-hours"),
            ("P1: 4 hours", "P1: soon", "SV401", "limits"),
            ("P1: 4 hours", "P1: 1 day", "SV402", "limits"),
            ("P1: 4 hours", "P1: 40000 calendar days", "SV401", "limits"),
            ("P1: 4 hours", "P1: 4 hours, P9: 4 hours", "SV409", "- id: fix"),
            ("calendar: office-hours\n        ", "", "SV403", "- id: fix"),
            ("calendar: office-hours", "calendar: office", "SV108", "calendar: office"),
            ("priorities: levels", "priorities: level", "SV108", "priorities: level"),
            ("source: ticket log", "source: x\n            services: [prnt]", "SV108", "services: [prnt]"),
            ("source: ticket log", "source: x\n            customers: [offic]", "SV108", "customers: [offic]"),
            ("source: ticket log", "source: x\n            pauses: [lunch]", "SV405", "- id: fix"),
            ("source: ticket log", "source: x\n            party: Team", "SV105", "- id: fix"),
            (
                "source: ticket log",
                "source: x\n          - {id: fix, kind: update, limit: 1 hour}",
                "SV107",
                "- number: 1",
            ),
            ("until: 2026-12-31", "until: 2025-12-31", "SV303", "- number: 1"),
            ("until: 2026-12-31", "until: 2026-12-31\n        enforce_from: 2027-01-01", "SV303", "- number: 1"),
            ("id: mail, name", "id: print, name", "SV107", "{id: print, name: Printing}"),
            ("kind: SLA", "kind: OLA", "SV409", "- id: fix"),
        ],
    )
    def test_a_fault_is_told_on_its_line(self, old: str, new: str, rule: str, at: str) -> None:
        text = changed((old, new))
        assert (rule, line_of(text, at)) in [(each.rule, each.line) for each in draft(text).findings.errors]

    def test_calendar_faults_are_all_told_and_do_not_trouble_the_agreements(self) -> None:
        calendar = """\
  - id: office-hours
    hours:
      mon: ["08:00-12:00", "11:00-13:00"]
      tue: ["09:00-09:00"]
    holidays:
      - {date: 2026-05-04, name: Bank holiday}
      - {date: 2026-05-04, name: Bank holiday}
      - {every: 12-25, name: Christmas}
      - {every: 12-25, name: Christmas}
      - {every: 13-01, name: Nothing}
    special:
      - {date: 2026-07-01, hours: []}
      - {date: 2026-07-01, hours: []}
    seasons:
      - {from: 2026-08-31, until: 2026-07-01, hours: {}}
"""
        text = changed(('  - id: office-hours\n    hours:\n      mon-fri: ["08:00-17:00"]\n', calendar))
        rules = [each.rule for each in draft(text).findings.all()]
        assert sorted(rules) == ["SV105", "SV107", "SV107", "SV107", "SV203", "SV203", "SV204"]

    def test_an_always_open_calendar_has_no_hours_besides(self) -> None:
        text = changed(("  - id: office-hours\n", "  - id: office-hours\n    always_open: true\n"))
        assert ("SV105", line_of(text, "    hours:")) in found(text)

    def test_seasons_that_overlap_are_told(self) -> None:
        seasons = (
            "    seasons:\n"
            "      - {from: 2026-07-01, until: 2026-08-01, hours: {}}\n"
            "      - {from: 2026-08-01, until: 2026-09-01, hours: {}}\n"
        )
        text = changed(("priorities:\n", f"{seasons}priorities:\n"))
        assert ("SV204", line_of(text, "- id: office-hours")) in found(text)

    def test_a_version_given_twice_is_told(self) -> None:
        version = SMALL[SMALL.index("      - number: 1") :]
        assert "SV107" in [rule for rule, _ in found(SMALL + version)]

    def test_overlapping_versions_are_told_with_the_date_to_write(self) -> None:
        second = SMALL[SMALL.index("      - number: 1") :].replace("number: 1", "number: 2")
        second = second.replace("from: 2026-01-01", "from: 2026-07-01").replace("until: 2026", "until: 2027")
        findings = draft(SMALL + second).findings.errors
        assert [(each.rule, each.mend) for each in findings] == [
            ("SV301", "End version 1 with 'until: 2026-06-30', or let version 2 begin later.")
        ]

    def test_parts_of_a_version_that_make_no_sense_are_told_on_their_lines(self) -> None:
        parts = """\
        exclusions:
          - {id: all, reason: none, approved_by: Head}
        credits:
          charge: 10 EUR
          every: month
          tiers: [{target: fxi, below: 90 %, credit: 10 %}]
        signed: {date: 2026-01-32, hash: sha256:0000000000000000000000000000000000000000000000000000000000000000}
"""
        text = changed(("        targets:\n", f"{parts}        targets:\n"))
        assert found(text) == [
            ("SV409", line_of(text, "- number: 1")),
            ("SV105", line_of(text, "- {id: all")),
            ("SV105", line_of(text, "signed:")),
        ]


def test_text_keeps_its_words_whatever_they_look_like() -> None:
    text = changed(("owner: Head of ICT", 'owner: "1.10"'), ("name: E-mail", "name: 'no'"))
    read = draft(text)
    assert read.findings.all() == ()
    assert (read.versions[0].owner, read.services[0].name) == ("1.10", "no")


def test_the_file_that_was_read_is_named_in_findings() -> None:
    assert {each.file for each in draft(changed(("kind: SLA", "kind: sla"))).findings.all()} == {str(FILE)}


class TestThePage:
    """The page on agreement files shows a small one and works an example by it."""

    PAGE = (ROOT / "docs" / "method" / "agreement-files.md").read_text("utf-8")

    def test_the_file_it_shows_is_without_a_finding(self) -> None:
        shown = self.PAGE.partition("```yaml\n")[2].partition("```")[0]
        assert draft(shown).findings.all() == ()

    def test_its_worked_example_holds(self) -> None:
        shown = self.PAGE.partition("```yaml\n")[2].partition("```")[0]
        (version,) = draft(shown).book().versions
        (target,) = version.targets
        london = zones.zone("Europe/London")
        four_hours = timedelta(microseconds=target.limits["P1"].amount)
        for opened, due in (
            (datetime(2026, 4, 30, 15, tzinfo=london), datetime(2026, 5, 1, 10, tzinfo=london)),
            (datetime(2026, 5, 1, 15, tzinfo=london), datetime(2026, 5, 5, 10, tzinfo=london)),
        ):
            assert target.calendar.due(opened, four_hours) == due
