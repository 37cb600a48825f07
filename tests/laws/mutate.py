"""Break the engine on purpose, one line at a time, and see which test notices: `python tests/laws/mutate.py [WORD]`.

Each mutation is a fault somebody could make, and names the law or the example that must fail under it. They are
made in a copy; the engine itself is never touched. With a word only the mutations that have it in their name are
tried. The table it prints is kept in `tests/laws/mutations.md`; exit code 1 when a mutation goes unseen.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
ENGINE = Path("src/servanda/engine")
CALENDAR_LAWS = "tests/laws/test_calendar_laws.py"
CLOCK_LAWS = "tests/laws/test_clock_laws.py"
CALENDARS = "tests/engine/test_calendars.py"
CLOCKS = "tests/engine/test_clocks.py"
JUDGING = "tests/engine/test_judging.py"
TABLES = "tests/engine/test_tables.py"
EVENTS = "tests/engine/test_events.py"


@dataclass(frozen=True)
class Mutation:
    """A fault: in `function` of a module, `old` becomes `new`; `test` of the file `seen_by` must fail."""

    name: str
    module: str
    function: str
    old: str
    new: str
    seen_by: str
    test: str

    def broken(self, source: str) -> str:
        """Return the source with the fault; raise `ValueError` where the line to break is not there."""
        begin = source.find(self.function)
        place = source.find(self.old, begin)
        if begin < 0 or place < 0:
            raise ValueError(f"'{self.old}' is not in {self.function} of {self.module}.py: mend the mutation.")
        return source[:place] + self.new + source[place + len(self.old) :]


MUTATIONS = (
    # --- Calendars, by law ---
    Mutation(
        "the part of an opening before the start is counted",
        "instant_tables", "def open_time(", "total -= first", "total -= NO_TIME",
        CALENDAR_LAWS, "test_elapsed_time_adds_up",
    ),
    Mutation(
        "a reversed interval has a length",
        "instant_tables", "def open_time(", "return NO_TIME", "first, last = last, first",
        CALENDAR_LAWS, "test_nothing_elapses_backwards_and_signed_time_is_its_own_opposite",
    ),
    Mutation(
        "a limit counts from the opening of the day, not from the start",
        "instant_tables", "def used_up(", "wanted += first", "wanted += NO_TIME",
        CALENDAR_LAWS, "test_exactly_the_limit_elapses_until_it_is_due",
    ),
    Mutation(
        "a limit used up at a closing is due at the next opening",
        "instant_tables", "def used_up(", "while reached[k] < wanted", "while reached[k] <= wanted",
        CALENDAR_LAWS, "test_no_earlier_instant_would_do",
    ),
    Mutation(
        "an opening is used up from its end",
        "instant_tables", "def used_up(", "(wanted - counted[k])", "(ends[k] - wanted + reached[k - 1])",
        CALENDAR_LAWS, "test_what_starts_later_or_takes_longer_is_never_due_earlier",
    ),
    Mutation(
        "counting back leaves the opening it lands on for the closing before",
        "kernel", "def due_back(", "while opened[k + 1] <= wanted", "while opened[k + 1] < wanted",
        CALENDAR_LAWS, "test_counting_back_from_the_due_instant_leads_to_the_start_snapped_to_open_time",
    ),
    Mutation(
        "counting back loses a microsecond",
        "kernel", "def due_back(", "open_before(t, start) - limit", "open_before(t, start) - limit + 1",
        CALENDAR_LAWS, "test_exactly_the_limit_elapses_from_where_counting_back_ends",
    ),
    Mutation(
        "touching openings are not joined",
        "tables", "def merged(", "start <= joined[-1][1]", "start < joined[-1][1]",
        CALENDAR_LAWS, "test_splitting_a_shift_in_two_that_touch_changes_nothing",
    ),
    Mutation(
        "the closing instant is open",
        "kernel", "def is_open(", "while edges[i + 1] <= at", "while edges[i + 1] < at",
        CALENDAR_LAWS, "test_an_instant_is_open_when_time_counts_from_it_on",
    ),
    Mutation(
        "the last opening is not clipped",
        "calendars", "def _openings_between(", "min(edges[place], until)", "edges[place]",
        CALENDAR_LAWS, "test_openings_lie_apart_in_order_and_add_up_to_the_time_elapsed",
    ),
    Mutation(
        "a holiday leaves the tail of the night before",
        "tables", "def _cuts(", "_instants(day, 0, 86_400, clock)", "_instants(day, 6 * 3600, 86_400, clock)",
        CALENDAR_LAWS, "test_nothing_counts_on_a_holiday",
    ),
    Mutation(
        "a date with a break forgets its holiday",
        "tables", "def _cuts(", "is not None:", "is not None and not hours.breaks_on(on):",
        CALENDAR_LAWS, "test_opening_longer_never_makes_anything_due_later",
    ),
    Mutation(
        "the day of the start is the first working day",
        "kernel", "def open_days_after(", "ranks[at + 1] + count - 1", "ranks[at] + count - 1",
        CALENDAR_LAWS, "test_the_end_of_the_nth_working_day_has_n_open_dates_before_it",
    ),
    Mutation(
        "working days are 24 hours each",
        "kernel", "def add_working_days(", "wall(t, local)", "local - offset_at(t, start)",
        CALENDAR_LAWS, "test_working_days_keep_the_wall_clock_or_end_in_open_time",
    ),
    Mutation(
        "of a wall time that comes twice the second is meant (fold=1)",
        "tables", "def _wall_tables(", "max(offsets[i], offsets[i + 1])", "min(offsets[i], offsets[i + 1])",
        CALENDAR_LAWS, "test_a_wall_clock_time_is_read_back_as_written_or_in_a_gap_as_a_later_one",
    ),
    Mutation(
        "tables are not lengthened to the front",
        "calendars", "def tables(", "if first < begin or last >= end", "if last >= end",
        CALENDAR_LAWS, "test_an_answer_does_not_depend_on_the_questions_before_it",
    ),
    Mutation(
        "offsets have the wrong sign",
        "kernel", "def wall(", "return local - t[T_OFFSETS][low]", "return local + t[T_OFFSETS][low]",
        CALENDAR_LAWS, "test_in_a_zone_further_east_everything_is_due_earlier_by_the_difference",
    ),
    Mutation(
        "the kernel's limit counts from the opening of the day",
        "kernel", "def due(", "wanted += start - edges[i]", "wanted += 0",
        CALENDAR_LAWS, "test_a_question_asked_by_itself_is_answered_as_the_kernel_does",
    ),
    Mutation(
        "the kernel counts the part of an opening before the start",
        "kernel", "def elapsed(", "total -= start - edges[i]", "total -= 0",
        CALENDAR_LAWS, "test_a_question_asked_by_itself_is_answered_as_the_kernel_does",
    ),
    # --- Clocks, by law ---
    Mutation(
        "events of one instant are judged as they come",
        "events", "def judging_order(", "return event.happened_at,", 'return event.happened_at, 0, 0, ""  #',
        CLOCK_LAWS, "test_a_reading_does_not_depend_on_the_order_in_which_events_arrived",
    ),
    Mutation(
        "a retracted event stands",
        "events", "def ordered(", "e.id and e.id in retracted", "False",
        CLOCK_LAWS, "test_an_event_taken_back_never_was",
    ),
    Mutation(
        "the next day's events are known already",
        "kernel", "def run(", "if at > now", "if at > now + DAY_LENGTH",
        CLOCK_LAWS, "test_what_happens_after_the_instant_asked_about_changes_nothing",
    ),
    Mutation(
        "a note closes the ticket",
        "events", "class EventKind", "NOTED = 12", "NOTED = 9",
        CLOCK_LAWS, "test_notes_change_nothing",
    ),
    Mutation(
        "the pause is forgotten",
        "kernel", "def end_pause(", "s[S_PAUSED] += elapsed(t, s[S_SINCE], at)", "s[S_PAUSED] += 0",
        CLOCK_LAWS, "test_a_pause_adds_exactly_its_open_time_to_the_due_instant",
    ),
    Mutation(
        "the due instant from before a pause is shown after it",
        "kernel", "def end_pause(", "s[S_USED] = NONE", "pass",
        CLOCK_LAWS, "test_a_pause_adds_exactly_its_open_time_to_the_due_instant",
    ),
    Mutation(
        "a date is pushed by a pause from the start, not from the date",
        "kernel", "def used_up(", "at = due(t, at, extra)", "at = due(t, start, extra)",
        CLOCK_LAWS, "test_a_pause_never_brings_a_due_instant_nearer",
    ),
    Mutation(
        "a pause is measured on the wall clock",
        "kernel", "def end_pause(", "elapsed(t, s[S_SINCE], at)", "at - s[S_SINCE]",
        CLOCK_LAWS, "test_a_pause_in_closed_time_changes_nothing",
    ),
    Mutation(
        "any reason pauses",
        "clocks", "def stops_for(", "terms.reasons is None or reason in terms.reasons", "True",
        CLOCK_LAWS, "test_a_pause_for_a_reason_that_is_not_listed_changes_nothing",
    ),
    Mutation(
        "resolved time counts when the ticket is reopened",
        "kernel", "def go_on(", "absorb(t, p, s, marks, since, at, event)", "pass",
        CLOCK_LAWS, "test_resolving_and_reopening_is_a_pause",
    ),
    Mutation(
        "a paused clock shows no breach",
        "kernel", "def write_reading(", "cycles[i + C_BREACH] = s[S_BREACH]",
        "cycles[i + C_BREACH] = NONE if phase == WAITING else s[S_BREACH]",
        CLOCK_LAWS, "test_a_breach_is_final",
    ),
    Mutation(
        "an open ticket is never missed",
        "kernel", "def write_reading(", "        if at < now:\n", "        if False:\n",
        CLOCK_LAWS, "test_a_stop_is_met_exactly_when_it_does_not_come_after_the_due_instant",
    ),
    Mutation(
        "stopped exactly when due is late",
        "kernel", "def settle(", "s[S_FIXED] < at", "s[S_FIXED] <= at",
        CLOCK_LAWS, "test_stopped_when_due_is_met_and_a_microsecond_later_missed",
    ),
    Mutation(
        "a stop that comes late is not noticed",
        "kernel", "def stop_clock(", "settle(t, p, s, at)", "pass",
        CLOCK_LAWS, "test_a_cycle_without_pauses_is_missed_exactly_when_its_limit_is_used_up_before_its_end",
    ),
    Mutation(
        "the best cycle speaks for the clock",
        "clocks", "_GRAVITY", "State.MISSED: 4", "State.MISSED: -1",
        CLOCK_LAWS, "test_the_worst_cycle_speaks_for_the_clock",
    ),
    Mutation(
        "paused time counts as elapsed",
        "kernel", "def write_reading(", "elapsed(t, s[S_START], end) - paused", "elapsed(t, s[S_START], end)",
        CLOCK_LAWS, "test_elapsed_and_paused_time_are_the_open_time_from_start_to_end",
    ),
    Mutation(
        "what is left shrinks while the clock is paused",
        "kernel", "def write_reading(", "left = elapsed(t, s[S_SINCE], at)", "left = elapsed(t, now, at)",
        CLOCK_LAWS, "test_what_is_left_and_what_has_elapsed_of_open_time_are_the_limit",
    ),
    Mutation(
        "the evidence does not see a pause end",
        "kernel", "def resume(", "mark(s, marks, at, RUNNING", "mark(s, marks, at, WAITING",
        CLOCK_LAWS, "test_the_spans_of_the_evidence_lie_side_by_side_and_add_up_to_the_reading",
    ),
    Mutation(
        "an exchange that grows shorter leaves no mark",
        "kernel", "def shorten(", "mark(s, marks, since, WAITING, event, i)", "pass",
        CLOCKS, "test_the_evidence_shows_the_time_resolved_in_an_exchange_as_a_pause",
    ),
    Mutation(
        "every mark costs a microsecond",
        "kernel", "def mark(", "s[S_MARKS] += 1", "s[S_MARKS] += 1; s[S_PAUSED] += 1",
        CLOCK_LAWS, "test_recording_the_evidence_does_not_change_the_reading",
    ),
    Mutation(
        "closed time is shown as counted",
        "evidence", "def _parted(", "Span(opens, closes, use, cause)", "Span(at, closes, use, cause)",
        CLOCK_LAWS, "test_outside_hours_is_exactly_what_the_calendar_says_is_closed",
    ),
    Mutation(
        "a replay leaves out the last event",
        "kernel", "def run(", "range(first, end)", "range(first, end - 1)",
        CLOCK_LAWS, "test_one_event_at_a_time_with_the_state_kept_gives_the_same_readings_as_from_scratch",
    ),
    # --- Rules that an example holds ---
    Mutation(
        "breaks that overlap are not merged",
        "tables", "def compile_tables(", "merged(_cuts(hours, days, clock))", "list(_cuts(hours, days, clock))",
        CALENDARS, "test_the_break_of_a_date_and_that_of_its_weekday_both_cut",
    ),
    Mutation(
        "a night shift that began before the compiled dates is forgotten",
        "tables", "MARGIN", "MARGIN = 4", "MARGIN = 0",
        TABLES, "test_a_night_shift_from_before_the_first_date_is_held_from_its_midnight_on",
    ),
    Mutation(
        "a shift wholly in a gap is kept",
        "tables", "def _in_one_gap(", "return walls[place]", "return False and walls[place]",
        CALENDARS, "test_the_day_that_apia_skipped_has_no_hours",
    ),
    Mutation(
        "a holiday wins over a special opening",
        "calendars", "def holiday_on(", "return None", "pass",
        CALENDARS, "test_a_special_opening_wins_over_a_holiday_on_its_date",
    ),
    Mutation(
        "a holiday is an open date for its night shift",
        "tables", "def _open_dates(", "if hours.holiday_on(date_of(day)) is None", "if True",
        CALENDARS, "test_a_holiday_is_no_open_date_even_where_its_night_shift_goes_on_after_midnight",
    ),
    Mutation(
        "a season forgets its last date",
        "calendars", "def shifts_on(", "on <= season.last", "on < season.last",
        CALENDARS, "test_a_season_replaces_the_week_from_its_first_to_its_last_date",
    ),
    Mutation(
        "a calendar ends a day early",
        "calendars", "def shifts_on(", "on > self.valid_until", "on >= self.valid_until",
        CALENDARS, "test_a_calendar_counts_nothing_before_its_first_and_after_its_last_date",
    ),
    Mutation(
        "a recurring holiday is forgotten",
        "calendars", "def holiday_on(", "self.recurring.get((on.month, on.day))", "None",
        CALENDARS, "test_a_recurring_holiday_closes_its_date_every_year",
    ),
    Mutation(
        "a working day from a closing rolls on",
        "kernel", "def snap(", "edges[i] == at", "False",
        CALENDARS, "test_a_working_day_from_a_closing_instant_ends_at_the_closing",
    ),
    Mutation(
        "the order of kinds at one instant is turned round",
        "events", "def judging_order(", "return event.happened_at, ", "return event.happened_at, -",
        EVENTS, "test_events_at_one_instant_are_judged_by_their_rank",
    ),
    Mutation(
        "a verdict compares amounts, not instants",
        "kernel", "def settle(", "s[S_FIXED] < at", "elapsed(t, s[S_FIXED], at) > 0",
        CLOCKS, "test_a_verdict_is_decided_by_instants_not_by_comparing_amounts",
    ),
    Mutation(
        "a pause that begins when the limit is used up still saves it",
        "kernel", "def settle(", "used > at", "used >= at",
        CLOCKS, "test_a_pause_that_begins_exactly_when_the_limit_is_used_up_moves_nothing",
    ),
    Mutation(
        "one resume ends every pause",
        "kernel", "def resume(", "s[S_REASONS] &= ~reasons", "s[S_REASONS] = 0",
        CLOCKS, "test_two_reasons_that_are_open_need_two_resumes",
    ),
    Mutation(
        "a pause while resolved is remembered for after the reopen",
        "kernel", "def step(", "if s[S_ENDED] == NONE:\n            pause(", "if True:\n            pause(",
        CLOCKS, "test_a_pause_while_the_ticket_is_resolved_counts_for_nothing",
    ),
    Mutation(
        "a cancelled ticket goes on",
        "kernel", "def step(", "s[S_OVER] = 1", "pass",
        CLOCKS, "test_a_message_on_a_cancelled_ticket_waits_for_nobody",
    ),
    Mutation(
        "a reopen takes back the answer",
        "kernel", "def taken_back(", "(s[S_STOP_KIND] == RESOLVED or s[S_STOP_KIND] == CLOSED)", "True",
        CLOCKS, "test_a_stop_by_an_answer_is_not_taken_back_by_a_reopen",
    ),
    Mutation(
        "further messages move the exchange",
        "kernel", "def step_update(", "if s[S_PHASE] == IDLE:", "if True:",
        CLOCKS, "test_further_messages_do_not_move_the_first_unanswered_one",
    ),
    Mutation(
        "a resolution is a first response",
        "kernel", "def stops(", "return kind == FIRST_RESPONDED", "return kind == FIRST_RESPONDED or kind == RESOLVED",
        CLOCKS, "test_only_the_first_response_stops_the_first_response_clock_and_a_reply_does_not",
    ),
    Mutation(
        "a message while resolved starts a cycle of news",
        "kernel", "def step_informed(", "ours and s[S_ENDED] == NONE", "ours",
        CLOCKS, "test_a_message_while_the_ticket_is_resolved_starts_no_cycle",
    ),
    Mutation(
        "a person takes the ticket from its team",
        "clocks", "def _handed(", "return kernel.HANDED_NOWHERE", "return kernel.HANDED_ON",
        CLOCKS, "test_assigning_the_party_again_or_a_person_alone_changes_nothing",
    ),
    Mutation(
        "due rolls although the agreement does not say so",
        "kernel", "def rolled(", "p[P_ROLLS] == 0 or at == BEYOND", "at == BEYOND",
        CLOCKS, "test_a_verdict_is_decided_by_instants_not_by_comparing_amounts",
    ),
    Mutation(
        "due never rolls",
        "kernel", "def rolled(", "if is_closing(t, at)", "if False",
        CLOCKS, "test_a_due_instant_at_a_closing_may_roll_to_the_next_opening",
    ),
    Mutation(
        "elapsed time waits for opening hours",
        "clocks", "def counting(", "self.limit is not None and self.limit.unit is Unit.ELAPSED", "False",
        CLOCKS, "test_elapsed_time_runs_by_night_and_pauses_count_by_night",
    ),
    Mutation(
        "what comes before the opening counts from when it happened",
        "clocks", "def counted_ats(", "max(at, ats[0])", "at",
        CLOCKS, "test_events_before_the_opening_count_as_at_it",
    ),
    Mutation(
        "the first classification judges",
        "judging", "def classification(", "(EventKind.OPENED, EventKind.RECLASSIFIED)", "(EventKind.OPENED,)",
        JUDGING, "test_a_reclassified_ticket_is_judged_from_its_opening_by_the_priority_last_known",
    ),
    Mutation(
        "the cycle that is read counts as ended when the next event comes",
        "clocks", "def _machine(", "state[kernel.S_CYCLES] -= 1", "state[kernel.S_CYCLES] -= 0",
        CLOCK_LAWS, "test_a_clock_goes_on_from_the_state_that_is_kept_as_if_it_had_heard_everything",
    ),
    Mutation(
        "the holiday on which a night ends is not looked for",
        "evidence", "def between(", "> end.toordinal() + 1", ">= end.toordinal()",
        CLOCK_LAWS, "test_what_is_closed_names_the_holidays_of_its_local_dates",
    ),
    Mutation(
        "the version in force today judges",
        "judging", "def readings_of(", "cover_of(ticket, opened_at, known, coverage)",
        "cover_of(ticket, as_of, known, coverage)",
        JUDGING, "test_a_ticket_keeps_the_version_in_force_when_it_was_opened",
    ),
    Mutation(
        "the first response is paused like all others",
        "agreements", "def pauses_of(", "return _NO_NAMES if", "return _NO_NAMES if False and",
        JUDGING, "test_each_kind_of_target_has_a_reading_of_its_own",
    ),
    Mutation(
        "what is exempt counts",
        "judging", "def counted(", "self.cover.state == COVERED and", "",
        JUDGING, "test_a_ticket_that_is_left_out_is_exempt_with_its_reason_and_its_clock_is_still_shown",
    ),
)  # a mutation is one table row: where, what, for what, seen by  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What came of a mutation: the test that failed, or nothing, and what the run said."""

    mutation: Mutation
    seen: bool
    said: str


def outcomes(word: str = "", workers: int = 2) -> Iterator[Outcome]:
    """Yield what came of each mutation that has the word in its name."""
    chosen = [each for each in MUTATIONS if word in each.name]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(workers) as pool:
        places = [Path(folder) / str(number) for number in range(len(chosen))]
        yield from pool.map(tried, chosen, places)


def tried(mutation: Mutation, place: Path) -> Outcome:
    """Return what came of one mutation, made in a copy at `place`."""
    shutil.copytree(ROOT / "src", place / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "tests", place / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", place)
    broken = place / ENGINE / f"{mutation.module}.py"
    broken.write_text(mutation.broken(broken.read_text(encoding="utf-8")), encoding="utf-8")
    run = tests_of(mutation, place)
    if run.returncode not in (0, 1):  # the run itself broke off: on a crowded machine a second one may not
        run = tests_of(mutation, place)
    shutil.rmtree(place)
    # 1: tests ran and failed. Anything else (nothing ran, the copy does not start) shows nothing.
    return Outcome(
        mutation, run.returncode == 1, f"exit code {run.returncode}\n{run.stdout[-2000:]}{run.stderr[-500:]}"
    )


def tests_of(mutation: Mutation, place: Path) -> subprocess.CompletedProcess[str]:
    """Run the test that a mutation names, in its copy; a law without the search for its simplest example."""
    quickly = ["--hypothesis-profile=glance"] if mutation.seen_by in (CALENDAR_LAWS, CLOCK_LAWS) else []
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--tb=line", *quickly,
         f"{mutation.seen_by}::{mutation.test}"],
        cwd=place, capture_output=True, text=True, check=False, timeout=600,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "CI": ""},
    )  # a command and where it runs  # fmt: skip


def row(outcome: Outcome) -> str:
    """Return the row of the table for an outcome."""
    each = outcome.mutation
    seen_by = f"`{each.test}`" if outcome.seen else "**nothing**"
    place = each.function.replace("def ", "").replace("class ", "").rstrip("(")
    return f"| {each.name} | `{each.module}.{place}` | {seen_by} |"


def main(words: list[str]) -> int:
    """Try the mutations, print the table, and return 1 if one went unseen."""
    sys.stdout.write("| What is broken | Where | Seen by |\n|---|---|---|\n")
    unseen = 0
    for outcome in outcomes(" ".join(words)):
        sys.stdout.write(row(outcome) + "\n")
        sys.stdout.flush()
        if not outcome.seen:
            unseen += 1
            sys.stderr.write(outcome.said)
    return 1 if unseen else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
