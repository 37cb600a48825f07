"""What a careful reader would say: each rule with the smallest file that breaks it, and the line it names."""

import re
from pathlib import Path

import pytest

from servanda.engine.agreements import AgreementVersion
from servanda.files.findings import RULES, Severity
from tests.files.agreement_examples import ROOT, SMALL, changed, draft, found, line_of

TARGETS = "            targets:\n"
MORE = "        limits: {P1: 4 hours, P2: 9 hours}\n            source: ticket log\n"
AFTER_FIX = "            source: ticket log\n"


def with_target(target: str, text: str = SMALL) -> str:
    """Return the small file with another target after its first."""
    return text.replace(AFTER_FIX, f"{AFTER_FIX}          - {target}\n", 1)


def only_version() -> AgreementVersion:
    """Return the version of the small file."""
    (version,) = draft(SMALL).versions
    return version


class TestCalendars:
    def test_a_calendar_that_breaks_cut_to_nothing_never_opens(self) -> None:
        text = changed(('["08:00-17:00"]\n', '["08:00-17:00"]\n    breaks:\n      mon-sun: ["00:00-24:00"]\n'))
        assert found(text) == [("SV202", line_of(text, "- id: office-hours"))]

    def test_a_holiday_outside_the_calendars_dates_closes_nothing(self) -> None:
        text = changed(
            (
                '["08:00-17:00"]\n',
                '["08:00-17:00"]\n'
                "    holidays:\n"
                "      - {date: 2026-12-25, name: Christmas Day}\n"
                "      - {date: 2025-12-25, name: Christmas Day}\n"
                "    valid_from: 2026-01-01\n",
            )
        )
        assert found(text) == [("SV205", line_of(text, "{date: 2025-12-25"))]

    def test_a_calendar_that_ends_before_its_agreement_is_an_error(self) -> None:
        text = changed(('["08:00-17:00"]\n', '["08:00-17:00"]\n    valid_until: 2026-12-30\n'))
        assert found(text) == [("SV206", line_of(text, "valid_until"))]

    def test_a_calendar_that_begins_after_its_agreement_is_an_error(self) -> None:
        text = changed(('["08:00-17:00"]\n', '["08:00-17:00"]\n    valid_from: 2026-01-02\n'))
        assert found(text) == [("SV206", line_of(text, "valid_from"))]

    def test_a_calendar_of_the_same_dates_as_its_agreement_is_long_enough(self) -> None:
        dates = "    valid_from: 2026-01-01\n    valid_until: 2026-12-31\n"
        assert found(changed(('["08:00-17:00"]\n', f'["08:00-17:00"]\n{dates}'))) == []

    def test_what_is_listed_and_not_used_is_told(self) -> None:
        text = changed(
            ("priorities:\n  -", "  - {id: spare, always_open: true}\npriorities:\n  - {id: old, codes: [A]}\n  -")
        )
        assert found(text) == [("SV207", line_of(text, "id: spare")), ("SV207", line_of(text, "id: old"))]


class TestVersions:
    SECOND = SMALL[SMALL.index("      - number: 1") :].replace("number: 1", "number: 2")

    def test_days_between_two_versions_are_a_gap(self) -> None:
        assert self.gap("2027-03-01") == "no version of 'desk' is in force from 2027-01-01 to 2027-02-28"

    def test_a_gap_of_one_day_is_that_day(self) -> None:
        assert self.gap("2027-01-02") == "no version of 'desk' is in force on 2027-01-01"

    def test_a_gap_of_the_hours_between_two_zones_has_no_day_of_its_own(self) -> None:
        told = self.gap("2027-01-01\n        zone: America/New_York")
        assert told == "no version of 'desk' is in force for some hours between 2026-12-31 and 2027-01-01"

    def gap(self, begins: str) -> str:
        """Return what is told of a second version that begins on a date."""
        second = self.SECOND.replace("from: 2026-01-01", f"from: {begins}").replace("until: 2026", "until: 2027")
        (finding,) = draft(SMALL + second).findings.all()
        assert (finding.rule, finding.line) == ("SV302", line_of(SMALL + second, "from: 2027"))
        return finding.reason

    def test_a_version_that_begins_the_day_after_leaves_no_gap(self) -> None:
        second = self.SECOND.replace("from: 2026-01-01", "from: 2027-01-01").replace("until: 2026", "until: 2027")
        assert found(SMALL + second) == []

    def test_a_version_without_an_end_is_followed_by_the_next_with_nothing_to_tell(self) -> None:
        second = self.SECOND.replace("from: 2026-01-01", "from: 2026-07-01")
        assert found(changed(("        until: 2026-12-31\n", "")) + second) == []

    def test_a_calendar_lasts_as_long_as_a_version_that_was_ended(self) -> None:
        dates = '["08:00-17:00"]\n    valid_until: 2026-06-30\n'
        ended = ("        until: 2026-12-31\n", "        until: 2026-12-31\n        ended: 2026-06-30\n")
        assert found(changed(('["08:00-17:00"]\n', dates), ended)) == []

    @pytest.mark.parametrize("day", ["2025-12-31", "2027-01-01"])
    def test_a_later_end_outside_the_dates_of_its_version_is_an_error(self, day: str) -> None:
        text = changed(("        until: 2026-12-31\n", f"        until: 2026-12-31\n        ended: {day}\n"))
        assert found(text) == [("SV303", line_of(text, "- number: 1"))]

    def test_a_version_without_an_owner_is_told(self) -> None:
        text = changed(("        owner: Head of ICT\n", ""))
        assert found(text) == [("SV305", line_of(text, "- number: 1"))]

    def test_a_version_without_an_end_needs_a_date_of_review(self) -> None:
        text = changed(("        until: 2026-12-31\n", ""))
        assert found(text) == [("SV306", line_of(text, "- number: 1"))]
        assert found(changed(("until: 2026-12-31", "review_on: 2026-12-01"))) == []

    def test_a_signed_version_that_is_as_signed_is_sound(self) -> None:
        signed = f"signed: {{date: 2025-12-01, hash: {only_version().content_hash()}}}"
        assert found(changed(("owner: Head of ICT", f"owner: Head of ICT\n        {signed}"))) == []

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("P2: 9 hours", "P2: 10 hours"),
            ('"08:00-17:00"', '"08:00-17:30"'),
            ("codes: [P1, P2]", "codes: [P1, P2]\n    values: {Urgent: P1}"),
            ("until: 2026-12-31", "until: 2026-12-30"),
            ("pause_reasons: [waiting for user]", "pause_reasons: []"),
        ],
    )
    def test_any_change_after_signing_asks_for_a_new_version(self, old: str, new: str) -> None:
        signed = f"signed: {{date: 2025-12-01, hash: {only_version().content_hash()}}}"
        text = changed((old, new), ("owner: Head of ICT", f"owner: Head of ICT\n        {signed}"))
        (finding,) = draft(text).findings.all()
        assert (finding.rule, finding.line) == ("SV304", line_of(text, "signed:"))
        assert finding.mend == "Put back what was signed, and start a new version for the change."

    def test_comments_and_order_may_change_after_signing(self) -> None:
        signed = f"signed: {{date: 2025-12-01, hash: {only_version().content_hash()}}}"
        text = changed(
            ("{P1: 4 hours, P2: 9 hours}", "{P2: 540 minutes, P1: 4 h}   # as agreed by telephone"),
            ("owner: Head of ICT", f"owner: Head of ICT\n        {signed}"),
        )
        assert found(text) == []


class TestTargets:
    def test_a_priority_without_a_word_is_told(self) -> None:
        text = changed((", P2: 9 hours", ""))
        assert found(text) == [("SV404", line_of(text, "limits:"))]

    @pytest.mark.parametrize("rest", ["P2: none", "other: 9 hours", "other: none"])
    def test_a_priority_with_a_word_is_not(self, rest: str) -> None:
        assert found(changed(("P2: 9 hours", rest))) == []

    @pytest.mark.parametrize(
        ("limits", "told"),
        [("{P1: 0 hours, P2: 9 hours}", "P1"), ("{P1: 9 hours, other: 0 working days}", "any priority")],
    )
    def test_a_limit_of_zero_is_told(self, limits: str, told: str) -> None:
        text = changed(("{P1: 4 hours, P2: 9 hours}", limits))
        (finding,) = draft(text).findings.all()
        assert (finding.rule, finding.line, finding.is_error) == ("SV411", line_of(text, "limits:"), False)
        assert finding.reason == f"'fix' of desk/1 has a limit of zero ({told}): it is due as it starts"

    def test_the_end_of_this_working_day_is_no_limit_of_zero(self) -> None:
        assert found(changed(("P2: 9 hours", 'P2: "0 working days, end of day"'))) == []

    def test_a_response_that_may_come_after_the_resolution_is_told_for_its_priorities(self) -> None:
        text = with_target("{id: answer, kind: first_response, limit: 5 hours, source: log}")
        (finding,) = draft(text).findings.all()
        assert (finding.rule, finding.line) == ("SV406", line_of(text, "id: answer"))
        assert finding.reason == "'answer' may come after 'fix' of desk/1 (P1)"

    def test_a_response_that_may_come_after_many_resolutions_is_told_once(self) -> None:
        text = with_target("{id: answer, kind: first_response, limit: 5 hours, source: log}")
        for scope in ("services: [mail]", "services: [print]"):
            fix = f"id: fix-{scope[11:-1]}, kind: resolution, limit: 4 hours, source: log, {scope}"
            text = with_target(f"{{{fix}}}", text)
        (finding,) = draft(text).findings.all()
        assert finding.reason == "'answer' may come after 'fix' of desk/1 (P1) and 2 more"

    def test_a_response_due_with_the_resolution_is_not(self) -> None:
        assert found(with_target("{id: answer, kind: first_response, limit: 4 hours, source: log}")) == []

    def test_a_response_for_another_service_is_not_compared(self) -> None:
        mail = "{id: answer, kind: first_response, limit: 5 hours, source: log, services: [mail]}"
        printing = changed((AFTER_FIX, f"{AFTER_FIX}            services: [print]\n"))
        text = printing.replace("services: [print]\n", f"services: [print]\n          - {mail}\n")
        assert found(text) == []

    def test_a_share_of_everything_leaves_no_room(self) -> None:
        text = changed((AFTER_FIX, f"{AFTER_FIX}            share: 100 %\n"))
        assert found(text) == [("SV407", line_of(text, "share:"))]
        assert found(changed((AFTER_FIX, f"{AFTER_FIX}            share: 99.9 %\n"))) == []

    def test_an_elapsed_limit_runs_while_support_is_closed(self) -> None:
        text = changed(("{P1: 4 hours, P2: 9 hours}", "{P1: 4 hours, P2: 72 elapsed hours}"))
        assert found(text) == [("SV408", line_of(text, "- id: fix"))]

    def test_an_elapsed_limit_is_kept_by_support_that_is_always_open(self) -> None:
        text = changed(
            ('hours:\n      mon-fri: ["08:00-17:00"]', "always_open: true"),
            ("{P1: 4 hours, P2: 9 hours}", "{P1: 4 hours, P2: 72 elapsed hours}"),
        )
        assert found(text) == []

    @pytest.mark.parametrize(("hours", "rules"), [("07:00-17:00", ["SV408"]), ("09:00-16:00", []), ("08:00-17:00", [])])
    def test_a_targets_own_calendar_lies_within_the_hours_of_support(self, hours: str, rules: list[str]) -> None:
        text = changed(
            ("priorities:\n", f'  - {{id: own, hours: {{tue: ["{hours}"]}}}}\npriorities:\n'),
            (AFTER_FIX, f"{AFTER_FIX}            calendar: own\n"),
        )
        assert [rule for rule, _ in found(text)] == rules

    def test_an_agreed_target_says_where_its_figures_come_from(self) -> None:
        text = changed((AFTER_FIX, ""))
        assert found(text) == [("SV410", line_of(text, "- id: fix"))]
        assert found(changed((AFTER_FIX, "            maturity: proposed\n"))) == []


class TestTies:
    def test_two_targets_of_one_kind_for_the_same_tickets_are_an_error(self) -> None:
        text = with_target("{id: mend, kind: resolution, limit: 4 hours, source: log}")
        (finding,) = draft(text).findings.all()
        assert (finding.rule, finding.line, finding.is_error) == ("SV501", line_of(text, "id: mend"), True)
        assert finding.reason == "'fix' of desk/1 and 'mend' of desk/1 cover the same tickets on the level 'corporate'"

    def test_each_tied_target_is_told_once_with_the_first_other_and_the_number_of_the_rest(self) -> None:
        text = SMALL
        for number in range(24, 1, -1):
            text = with_target(f"{{id: fix-{number}, kind: resolution, limit: 4 hours, source: log}}", text)
        told = [each.reason for each in draft(text).findings.all()]
        assert len(told) == 23
        tie = "'fix' of desk/1 and 'fix-{}' of desk/1 cover the same tickets on the level 'corporate'"
        assert told[0] == tie.format(2)
        assert told[2] == f"{tie.format(4)}, as do 2 more"
        assert told[20] == f"{tie.format(22)}, as do 20 more"
        assert told[22] == f"{tie.format(24)}, as do over 20 more"

    def test_targets_for_services_of_their_own_are_not_compared_with_each_other(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        compared: list[str] = []
        monkeypatch.setattr("servanda.files.lint._cover_the_same", lambda one, two: compared.append(two.words))
        services = "".join(f"  - {{id: s{number}, name: Service}}\n" for number in range(100))
        text = changed(("  - {id: print, name: Printing}\n", f"  - {{id: print, name: Printing}}\n{services}"))
        for number in range(100):
            fix = f"id: fix-{number}, kind: resolution, limit: 4 hours, source: log, services: [s{number}]"
            text = with_target(f"{{{fix}}}", text)
        assert found(text) == []
        assert compared == []

    @pytest.mark.parametrize(
        "other",
        [
            "{id: mend, kind: update, limit: 4 hours, source: log}",
            "{id: mend, kind: resolution, limit: 4 hours, source: log, services: [mail]}",
            "{id: mend, kind: resolution, limit: 4 hours, source: log, customers: [office]}",
        ],
    )
    def test_targets_of_another_kind_or_level_do_not_tie(self, other: str) -> None:
        assert found(with_target(other)) == []

    def test_targets_for_other_priorities_do_not_tie(self) -> None:
        text = with_target("{id: mend, kind: resolution, limits: {P2: 4 hours}, source: log}")
        text = text.replace("{P1: 4 hours, P2: 9 hours}", "{P1: 4 hours}")
        assert {rule for rule, _ in found(text)} == {"SV404"}

    @pytest.mark.parametrize(
        ("scope", "tied"),
        [
            ("services: [mail]", True),
            ("services: [print]", False),
            ("services: [mail], customers: [office]", False),
        ],
    )
    def test_targets_of_one_level_tie_where_their_services_meet(self, scope: str, tied: bool) -> None:
        text = changed((AFTER_FIX, f"{AFTER_FIX}            services: [mail]\n"))
        text = text.replace(
            "services: [mail]\n",
            f"services: [mail]\n          - {{id: mend, kind: resolution, limit: 4 hours, source: log, {scope}}}\n",
            1,
        )
        assert ([rule for rule, _ in found(text)] == ["SV501"]) is tied

    def test_agreements_tie_only_while_both_are_in_force(self) -> None:
        agreement = SMALL[SMALL.index("  - id: desk") :].replace("id: desk", "id: other")
        assert [rule for rule, _ in found(SMALL + agreement)] == ["SV501"]
        later = agreement.replace("from: 2026", "from: 2027").replace("until: 2026", "until: 2027")
        assert found(SMALL + later) == []

    def test_each_version_in_force_with_earlier_ones_is_told_once(self) -> None:
        text = SMALL
        for number in (2, 3, 4):
            text += TestVersions.SECOND.replace("number: 2", f"number: {number}").replace(
                "2026-01-01", f"2026-0{number}-01"
            )
        assert [each.reason for each in draft(text).findings.all()] == [
            "Agreement versions desk/1 and desk/2 are both in force from 2026-02-01",
            "Agreement versions desk/1 and desk/3 are both in force from 2026-03-01, and 1 more with them",
            "Agreement versions desk/1 and desk/4 are both in force from 2026-04-01, and 2 more with them",
        ]

    def test_versions_of_one_agreement_in_force_at_once_are_told_as_that_alone(self) -> None:
        second = TestVersions.SECOND.replace("from: 2026-01-01", "from: 2026-07-01")
        assert [rule for rule, _ in found(SMALL + second)] == ["SV301"]

    def test_an_unknown_service_does_not_widen_a_clause_into_a_tie(self) -> None:
        text = with_target("{id: mend, kind: resolution, limit: 4 hours, source: log, services: [mial]}")
        assert [rule for rule, _ in found(text)] == ["SV108"]


class TestOtherFiles:
    def test_a_table_given_for_agreements_is_not_told_whole(self) -> None:
        (finding,) = draft("Number;Opened " * 10_000).findings.all()
        assert finding.reason == f"the file is '{('Number;Opened ' * 5)[:60]}...'"

    def test_a_value_of_sixty_characters_is_told_whole_and_a_longer_one_is_cut(self) -> None:
        for length, told in ((60, f"'{'x' * 60}'"), (61, f"'{'x' * 60}...'")):
            assert told in draft(changed(("P1: 4 hours", f"P1: {'x' * length}"))).findings.all()[0].reason
            assert told in draft(changed(("pause_reasons:", f"{'x' * length}:"))).findings.all()[0].reason

    def test_a_mapping_given_for_agreements_is_told_where_mappings_are_checked(self) -> None:
        (finding,) = draft("# how\nformat: servanda-mapping/1\nid: desk\nrows: {are: tickets}\n").findings.all()
        assert (finding.rule, finding.line, finding.reason) == ("SV105", 2, "this is a mapping, not agreements")
        assert finding.mend == "Check it with `servanda mapping check agreements.yaml`."


class TestRules:
    def test_the_page_on_agreement_files_has_every_rule_with_its_severity_and_meaning(self) -> None:
        page = (ROOT / "docs" / "method" / "agreement-files.md").read_text("utf-8")
        told = re.findall(r"^\| (SV\d+) \| (error|warning) \| (.+) \|$", page, flags=re.MULTILINE)
        assert told == [(rule.id, rule.severity.value, rule.says) for rule in sorted(RULES.values(), key=by_id)]

    def test_every_rule_is_broken_by_some_test(self) -> None:
        tests = "".join(
            (ROOT / "tests" / place).read_text("utf-8")
            for place in (
                *(Path("files") / f"test_{each}.py" for each in ("agreements", "lint", "smart")),
                Path("cli/test_lint.py"),
            )
        )
        assert [id for id in RULES if id not in tests] == []

    def test_severities_are_two(self) -> None:
        assert {rule.severity for rule in RULES.values()} == {Severity.ERROR, Severity.WARNING}


def by_id(rule: object) -> str:
    """Return the id by which rules are listed."""
    return str(getattr(rule, "id", ""))
