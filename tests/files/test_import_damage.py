"""The kinds of damage that a CSV file can have, each with the grade it gets by default.

The numbers are those of the 32 kinds of import damage. Three of them a CSV file cannot show: several sheets (18)
and hidden rows (19) are gone once a sheet is exported (`test_workbooks` has them), and content that differs from
what is already stored (31) needs a store.
"""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from servanda.files.input_faults import FAULTS, RefusedFile
from servanda.files.ticket_tables import neutralise
from servanda.files.tickets import ReadOutcome
from tests.files.mapping_examples import EVENTS, TICKETS, events, packed, read, tickets

GOOD = "A1,09/01/2026 16:00,12/01/2026 12:00,P1"
ALSO_GOOD = "A2,29/01/2026 09:00,,P2"


def refused(folder: Path, table: str | bytes, mapping: str = TICKETS, *more: str) -> RefusedFile:
    with pytest.raises(RefusedFile) as refusal:
        read(folder, table, mapping, *more)
    assert FAULTS[refusal.value.fault].default.value == "refuse" or more
    return refusal.value


def rejected(outcome: ReadOutcome) -> list[tuple[str, str, int | None, str]]:
    return [(each.fault, each.ticket, each.place.row, each.place.column) for each in outcome.notes.rejects]


def numbers(outcome: ReadOutcome) -> list[str]:
    return [each.number for each in outcome.tickets]


def flagging(fault: str) -> str:
    return f"faults: {{{fault}: flag}}"


# --- Encoding


def test_1_a_byte_order_mark_is_skipped_and_noted(tmp_path: Path) -> None:
    outcome = read(tmp_path, b"\xef\xbb\xbf" + tickets(GOOD, ALSO_GOOD).encode())
    assert numbers(outcome) == ["A1", "A2"]
    assert outcome.notes.flags == {"byte order mark": 1}


def test_2_utf_16_is_refused_with_what_to_write(tmp_path: Path) -> None:
    refusal = refused(tmp_path, tickets(GOOD).encode("utf-16"))
    assert refusal.fault == "utf-16 text"
    assert "encoding: utf-16" in refusal.mend


def test_2_utf_16_without_a_mark_is_refused_too(tmp_path: Path) -> None:
    assert refused(tmp_path, tickets(GOOD).encode("utf-16-le")).fault == "utf-16 text"


def test_2_utf_16_is_read_where_the_mapping_says_so(tmp_path: Path) -> None:
    outcome = read(tmp_path, tickets(GOOD, ALSO_GOOD).encode("utf-16"), TICKETS, "table: {encoding: utf-16}")
    assert numbers(outcome) == ["A1", "A2"]


def test_3_windows_1252_is_refused_with_its_line_and_byte(tmp_path: Path) -> None:
    table = tickets(GOOD, "A2,29/01/2026 09:00,,Priorité 2").encode("windows-1252")
    refusal = refused(tmp_path, table)
    assert (refusal.fault, refusal.line) == ("windows-1252 text", 3)
    assert "0xE9" in refusal.found
    assert "encoding: windows-1252" in refusal.mend


def test_3_windows_1252_is_read_where_the_mapping_says_so(tmp_path: Path) -> None:
    table = tickets(GOOD, "A2,29/01/2026 09:00,,Priorité 2").encode("windows-1252")
    outcome = read(tmp_path, table, TICKETS, "table: {encoding: windows-1252}")
    assert outcome.tickets[1].opened.changes["priority"] == "Priorité 2"


def test_3_utf_8_that_is_called_windows_1252_is_refused(tmp_path: Path) -> None:
    table = tickets(GOOD, "A2,29/01/2026 09:00,,Priorité 2")
    refusal = refused(tmp_path, table, TICKETS, "table: {encoding: windows-1252}")
    assert (refusal.fault, refusal.line) == ("utf-8 text", 3)


def test_3_bytes_that_the_named_encoding_does_not_have_are_refused(tmp_path: Path) -> None:
    table = tickets(GOOD, "A2,29/01/2026 09:00,,Priorité 2")
    assert refused(tmp_path, table, TICKETS, "table: {encoding: ascii}").fault == "undecodable bytes"


def test_4_lines_in_two_encodings_are_refused(tmp_path: Path) -> None:
    table = tickets("A1,09/01/2026 16:00,,Priorité 1").encode() + "A2,29/01/2026 09:00,,Priorité 2\n".encode("cp1252")
    refusal = refused(tmp_path, table)
    assert (refusal.fault, refusal.line) == ("mixed encodings", 3)
    assert "Line 2 is UTF-8 and line 3 is not" in refusal.mend


def test_4_two_encodings_are_refused_under_a_one_byte_encoding_too(tmp_path: Path) -> None:
    table = tickets("A1,09/01/2026 16:00,,Priorité 1").encode() + "A2,29/01/2026 09:00,,Priorité 2\n".encode("cp1252")
    refusal = refused(tmp_path, table, TICKETS, "table: {encoding: windows-1252}")
    assert (refusal.fault, refusal.line) == ("mixed encodings", 3)


def test_5_a_nul_byte_is_refused_with_its_line(tmp_path: Path) -> None:
    refusal = refused(tmp_path, tickets(GOOD, "A2,29/01/2026 09:00,,P\0").encode())
    assert (refusal.fault, refusal.line) == ("nul bytes", 3)


# --- Structure


def test_6_an_empty_file_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, b"").fault == "empty file"


def test_6_a_blank_first_line_is_no_header(tmp_path: Path) -> None:
    assert refused(tmp_path, "\n" + tickets(GOOD)).fault == "empty file"


def test_7_a_header_without_rows_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, tickets()).fault == "no rows"


def test_7_an_empty_period_is_accepted_where_the_mapping_says_so(tmp_path: Path) -> None:
    outcome = read(tmp_path, tickets(), TICKETS, flagging("no rows"))
    assert (outcome.tickets, outcome.notes.flags) == ((), {"no rows": 1})


def test_8_a_first_row_of_values_is_no_header(tmp_path: Path) -> None:
    refusal = refused(tmp_path, f"{GOOD}\n{ALSO_GOOD}\n")
    assert (refusal.fault, refusal.row) == ("no header", 1)


def test_9_a_mapped_column_that_stands_twice_is_refused(tmp_path: Path) -> None:
    refusal = refused(tmp_path, f"Number,Opened,Resolved,Priority,Opened\n{GOOD},x\n")
    assert (refusal.fault, refusal.column) == ("column repeated", "Opened")
    assert "places 2, 5" in refusal.found


def test_9_a_column_that_is_not_mapped_may_stand_twice(tmp_path: Path) -> None:
    outcome = read(tmp_path, f"Number,Opened,Resolved,Priority,Note,Note\n{GOOD},x,y\n")
    assert numbers(outcome) == ["A1"]


def test_10_a_renamed_column_is_refused_with_the_closest_name(tmp_path: Path) -> None:
    refusal = refused(tmp_path, f"Number,opened at,Resolved,Priority\n{GOOD}\n", TICKETS)
    assert (refusal.fault, refusal.column) == ("column missing", "Opened")
    assert "'Opened' may now be 'opened at'" in refusal.mend


def test_11_another_delimiter_is_refused_with_what_to_write(tmp_path: Path) -> None:
    refusal = refused(tmp_path, tickets(GOOD).replace(",", ";"))
    assert refusal.fault == "wrong delimiter"
    assert "a semicolon" in refusal.found
    assert 'delimiter: ";"' in refusal.mend


def test_11_a_tab_is_read_where_the_mapping_says_so(tmp_path: Path) -> None:
    outcome = read(tmp_path, tickets(GOOD, ALSO_GOOD).replace(",", "\t"), TICKETS, r'table: {delimiter: "\t"}')
    assert numbers(outcome) == ["A1", "A2"]


def test_12_a_ragged_row_is_rejected_and_the_others_are_read(tmp_path: Path) -> None:
    outcome = read(tmp_path, tickets("A0,09/01/2026 16:00,P1", GOOD, "A3,1,2,3,4", ALSO_GOOD))
    assert numbers(outcome) == ["A1", "A2"]
    assert rejected(outcome) == [("ragged row", "A0", 2, ""), ("ragged row", "A3", 4, "")]
    assert outcome.notes.rejects[0].expected == "4 cells, as in the header"


def test_12_a_ragged_row_of_events_takes_its_whole_ticket_out(tmp_path: Path) -> None:
    outcome = read(
        tmp_path,
        events(
            "A1,09/01/2026 10:00,09/01/2026 10:00,New,P1,Desk",
            "A1,09/01/2026 11:00,09/01/2026 10:00,Awaiting User",
            "A1,29/01/2026 12:00,09/01/2026 10:00,Resolved,P1,Desk",
            "A2,29/01/2026 12:00,09/01/2026 10:00,New,P1,Desk",
        ),
        EVENTS,
    )
    assert numbers(outcome) == ["A2"]
    assert rejected(outcome) == [("ragged row", "A1", 3, "")]


def test_12_an_empty_row_is_skipped_and_counted(tmp_path: Path) -> None:
    outcome = read(tmp_path, tickets(GOOD, ",,,", "", ALSO_GOOD))
    assert numbers(outcome) == ["A1", "A2"]
    assert outcome.notes.flags == {"empty row": 1}


def test_13_an_unclosed_quote_is_refused_at_the_row_where_it_opens(tmp_path: Path) -> None:
    refusal = refused(tmp_path, tickets(GOOD, 'A2,29/01/2026 09:00,,"P2', "A3,29/01/2026 09:00,,P1"))
    assert (refusal.fault, refusal.row, refusal.line) == ("unclosed quote", 3, 3)


def test_13_text_after_a_closing_quote_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, tickets(GOOD, 'A2,29/01/2026 09:00,,"P"2')).fault == "unclosed quote"


def test_13_a_long_cell_is_read_whole(tmp_path: Path) -> None:
    note = 'He said ""no"", and then,\n' * 10_000
    outcome = read(tmp_path, tickets(f'A1,09/01/2026 16:00,,"{note}"', ALSO_GOOD))
    assert numbers(outcome) == ["A1", "A2"]
    assert len(outcome.tickets[0].opened.changes["priority"]) == 239_999


def test_13_a_cell_longer_than_any_text_is_refused_as_what_it_is(tmp_path: Path) -> None:
    refusal = refused(tmp_path, tickets(GOOD, f'A2,29/01/2026 09:00,,"{"x" * 16_777_217}"'))
    assert (refusal.fault, refusal.row, refusal.line) == ("overlong cell", 3, 3)
    assert refusal.found == "row 3: a cell of more than 16,777,216 characters (overlong cell)"
    assert "a closing quote is missing" in refusal.mend


def test_14_a_line_break_inside_a_cell_is_one_row(tmp_path: Path) -> None:
    outcome = read(tmp_path, tickets('A1,09/01/2026 16:00,,"P1\nurgent"', "A2,bad,,P2", ALSO_GOOD.replace("A2", "A3")))
    assert outcome.tickets[0].opened.changes["priority"] == "P1\nurgent"
    place = outcome.notes.rejects[0].place
    assert (place.row, place.line) == (3, 4)


def test_15_a_file_cut_in_mid_row_is_refused(tmp_path: Path) -> None:
    refusal = refused(tmp_path, tickets(GOOD, ALSO_GOOD)[:-6])
    assert (refusal.fault, refusal.row) == ("cut in mid row", 3)


def test_15_a_last_row_without_a_line_end_is_read_and_noted(tmp_path: Path) -> None:
    outcome = read(tmp_path, tickets(GOOD, ALSO_GOOD)[:-1])
    assert numbers(outcome) == ["A1", "A2"]
    assert outcome.notes.flags == {"no final newline": 1}


def test_15_gzip_data_that_end_early_are_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, packed(tickets(GOOD, ALSO_GOOD))[:-12]).fault == "damaged compression"


def test_15_gzip_data_that_were_changed_are_refused(tmp_path: Path) -> None:
    damaged = bytearray(gzip.compress(tickets(*[GOOD] * 50).encode(), compresslevel=0))
    damaged[60] ^= 1
    assert refused(tmp_path, bytes(damaged)).fault == "damaged compression"


def test_16_a_totals_line_is_listed_and_not_judged(tmp_path: Path) -> None:
    outcome = read(tmp_path, tickets(GOOD, ALSO_GOOD, "Total,2,,"))
    assert numbers(outcome) == ["A1", "A2"]
    assert rejected(outcome) == [("totals line", "", 4, "")]


def test_16_a_totals_line_of_fewer_cells_is_known_too(tmp_path: Path) -> None:
    outcome = read(tmp_path, tickets(GOOD, ALSO_GOOD, "(2 rows)"))
    assert rejected(outcome) == [("totals line", "", 4, "")]


def test_17_merged_cells_leave_rows_without_a_number_which_are_rejected(tmp_path: Path) -> None:
    outcome = read(tmp_path, tickets(GOOD, ",29/01/2026 09:00,,P2", ALSO_GOOD))
    assert numbers(outcome) == ["A1", "A2"]
    assert rejected(outcome) == [("ticket number missing", "", 3, "Number")]


def test_18_an_old_workbook_is_refused_with_what_to_save_it_as(tmp_path: Path) -> None:
    refusal = refused(tmp_path, b"\xd0\xcf\x11\xe0" + bytes(40))
    assert refusal.fault == "spreadsheet workbook"
    assert ".xlsx" in refusal.mend


def test_18_a_workbook_inside_gzip_data_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, gzip.compress(b"PK\x03\x04" + bytes(40))).fault == "spreadsheet workbook"


# --- Values


def test_20_day_and_month_swapped_in_one_cell_refuse_the_file(tmp_path: Path) -> None:
    refusal = refused(tmp_path, tickets(GOOD, "A2,01/29/2026 09:00,,P2"))
    assert (refusal.fault, refusal.row, refusal.column) == ("mixed date styles", 3, "Opened")


def test_20_a_file_in_which_no_day_is_above_12_is_noted(tmp_path: Path) -> None:
    outcome = read(tmp_path, tickets("A1,09/01/2026 16:00,12/01/2026 12:00,P1"))
    assert outcome.notes.flags == {"day and month unproven": 2}
    assert "column 'Opened'" in outcome.notes.examples["day and month unproven"][0]


def test_20_a_day_that_does_not_exist_is_rejected(tmp_path: Path) -> None:
    outcome = read(tmp_path, tickets(GOOD, "A2,31/02/2026 09:00,,P2", "A3,29/01/2026 09:00,,P2"))
    assert rejected(outcome) == [("time unreadable", "A2", 3, "Opened")]


def test_21_a_spreadsheet_serial_date_is_rejected(tmp_path: Path) -> None:
    outcome = read(tmp_path, tickets(GOOD, "A2,46051.375,,P2", "A3,29/01/2026 09:00,,P2"))
    assert rejected(outcome) == [("spreadsheet serial date", "A2", 3, "Opened")]
    assert "serial 1900" in outcome.notes.rejects[0].mend


def test_21_a_spreadsheet_serial_date_is_read_where_the_mapping_says_so(tmp_path: Path) -> None:
    mapping = TICKETS.replace('["%d/%m/%Y %H:%M"]', '["serial 1900"]')
    outcome = read(tmp_path, tickets("A2,46051.375,,P2"), mapping)
    assert outcome.tickets[0].opened_at == datetime(2026, 1, 29, 8, 0, tzinfo=UTC)


def test_22_a_time_without_the_offset_that_others_have_refuses_the_file(tmp_path: Path) -> None:
    mapping = TICKETS.replace('["%d/%m/%Y %H:%M"]', "[iso]").replace("zone: Europe/Paris", "offsets: trusted")
    rows = tickets("A1,2026-01-09T16:00:00+01:00,,P1", "A2,2026-01-29T09:00:00,,P2")
    refusal = refused(tmp_path, rows, mapping)
    assert (refusal.fault, refusal.row) == ("zone missing", 3)


def test_22_a_time_with_an_offset_where_the_mapping_says_local_refuses_the_file(tmp_path: Path) -> None:
    mapping = TICKETS.replace('["%d/%m/%Y %H:%M"]', "[iso]")
    rows = tickets("A1,2026-01-09T16:00:00,,P1", "A2,2026-01-29T09:00:00Z,,P2")
    refusal = refused(tmp_path, rows, mapping)
    assert (refusal.fault, refusal.row) == ("zone mixed", 3)


def test_22_both_are_read_where_the_mapping_says_what_each_means(tmp_path: Path) -> None:
    mapping = TICKETS.replace('["%d/%m/%Y %H:%M"]', "[iso]").replace(
        "Europe/Paris", "Europe/Paris\n      offsets: trusted"
    )
    rows = tickets("A1,2026-01-09T16:00:00,,P1", "A2,2026-01-29T09:00:00Z,,P2")
    opened = [each.opened_at for each in read(tmp_path, rows, mapping).tickets]
    assert opened == [datetime(2026, 1, 9, 15, 0, tzinfo=UTC), datetime(2026, 1, 29, 9, 0, tzinfo=UTC)]


def test_23_a_time_in_a_daylight_saving_gap_is_rejected(tmp_path: Path) -> None:
    outcome = read(tmp_path, tickets(GOOD, "A2,29/03/2026 02:30,,P2"))
    assert rejected(outcome) == [("time in a daylight-saving gap", "A2", 3, "Opened")]


def test_23_a_time_in_a_gap_may_be_taken_with_the_offset_before_it(tmp_path: Path) -> None:
    outcome = read(tmp_path, tickets("A2,29/03/2026 02:30,,P2"), TICKETS, flagging("time in a daylight-saving gap"))
    assert outcome.tickets[0].opened_at == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert outcome.tickets[0].flags == ("time in a daylight-saving gap",)


def test_23_of_a_time_that_came_twice_the_first_is_taken_and_flagged(tmp_path: Path) -> None:
    outcome = read(tmp_path, tickets("A2,25/10/2026 02:30,,P2"))
    assert outcome.tickets[0].opened_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert outcome.tickets[0].flags == ("time in a daylight-saving overlap",)


def test_24_a_ticket_resolved_before_it_was_opened_is_rejected(tmp_path: Path) -> None:
    outcome = read(tmp_path, tickets(GOOD, "A2,29/01/2026 09:00,29/01/2026 08:59,P2"))
    assert rejected(outcome) == [("event before opening", "A2", 3, "Resolved")]


def test_24_a_ticket_resolved_at_the_instant_it_was_opened_is_no_fault(tmp_path: Path) -> None:
    outcome = read(tmp_path, tickets("A2,29/01/2026 09:00,29/01/2026 09:00,P2"))
    assert (numbers(outcome), outcome.notes.flags) == (["A2"], {})


def test_24_a_ticket_resolved_before_it_was_opened_may_be_kept_as_it_is(tmp_path: Path) -> None:
    rows = tickets(GOOD, "A2,29/01/2026 09:00,29/01/2026 08:59,P2")
    outcome = read(tmp_path, rows, TICKETS, flagging("event before opening"))
    assert outcome.tickets[1].flags == ("event before opening",)
    assert outcome.notes.flags == {"event before opening": 1}


def test_24_events_before_the_opening_reject_their_ticket(tmp_path: Path) -> None:
    rows = events(
        "A1,29/01/2026 09:00,29/01/2026 10:00,New,P1,Desk",
        "A1,29/01/2026 11:00,29/01/2026 10:00,Resolved,P1,Desk",
    )
    assert rejected(read(tmp_path, rows, EVENTS)) == [("event before opening", "A1", 2, "Updated")]


def test_25_an_event_later_than_the_reading_is_rejected(tmp_path: Path) -> None:
    outcome = read(tmp_path, tickets(GOOD, ALSO_GOOD), now=datetime(2026, 1, 29, 7, 59, tzinfo=UTC))
    assert rejected(outcome) == [("event in the future", "A2", 3, "")]


def test_25_an_event_at_the_instant_of_the_reading_is_no_future(tmp_path: Path) -> None:
    outcome = read(tmp_path, tickets(GOOD, ALSO_GOOD), now=datetime(2026, 1, 29, 8, 0, tzinfo=UTC))
    assert numbers(outcome) == ["A1", "A2"]


@pytest.mark.parametrize(
    "placeholder",
    [
        "31/12/9999 23:59",
        "01/01/9999 00:00",
        "01/01/2200 00:00",
        "31/12/1899 23:59",
        "01/01/1753 00:00",
        "01/01/0001 00:00",
    ],
)
def test_a_year_in_which_no_ticket_can_have_been_open_is_rejected(tmp_path: Path, placeholder: str) -> None:
    outcome = read(tmp_path, tickets(GOOD, f"A2,29/01/2026 09:00,{placeholder},P2", f"A3,{placeholder},,P2"))
    assert rejected(outcome) == [("implausible year", "A2", 3, "Resolved"), ("implausible year", "A3", 4, "Opened")]
    assert "a year from 1900 to 2199" in outcome.notes.rejects[0].expected


def test_a_placeholder_for_never_is_no_time_where_the_mapping_says_so(tmp_path: Path) -> None:
    table = tickets(GOOD, "A2,29/01/2026 09:00,31/12/9999 23:59,P2")
    outcome = read(tmp_path, table, TICKETS, 'table: {nothing: ["31/12/9999 23:59"]}')
    assert [event.kind.word for event in outcome.tickets[1].events] == ["opened"]


def test_26_a_duration_where_an_instant_is_needed_is_rejected(tmp_path: Path) -> None:
    outcome = read(tmp_path, tickets(GOOD, "A2,29/01/2026 09:00,1d 4h,P2", "A3,29/01/2026 09:00,26:30,P2"))
    assert rejected(outcome) == [
        ("duration for a time", "A2", 3, "Resolved"),
        ("duration for a time", "A3", 4, "Resolved"),
    ]


def test_27_a_decimal_comma_is_rejected(tmp_path: Path) -> None:
    mapping = TICKETS.replace('["%d/%m/%Y %H:%M"]', '["serial 1900"]')
    outcome = read(tmp_path, tickets('A1,"46051,375",,P2', "A2,46051.375,,P2"), mapping)
    assert rejected(outcome) == [("decimal comma", "A1", 2, "Opened")]


def test_27_a_decimal_comma_in_the_number_that_orders_rows_is_rejected(tmp_path: Path) -> None:
    mapping = EVENTS.replace("order: file", "order: Team")
    rows = events('A1,29/01/2026 09:00,29/01/2026 09:00,New,P1,"1,0"')
    assert rejected(read(tmp_path, rows, mapping)) == [("decimal comma", "A1", 2, "Team")]


def test_28_lost_zeros_are_found_where_the_mapping_states_the_form_of_numbers(tmp_path: Path) -> None:
    mapping = TICKETS.replace(
        "ticket: Number",
        r"""ticket: Number
      pattern: '\d{6}'""",
    )
    outcome = read(tmp_path, tickets("000017,29/01/2026 09:00,,P2", "18,29/01/2026 09:00,,P2"), mapping)
    assert numbers(outcome) == ["000017"]
    assert rejected(outcome) == [("ticket number malformed", "18", 3, "Number")]


def test_28_without_such_a_form_lost_zeros_cannot_be_seen(tmp_path: Path) -> None:
    assert numbers(read(tmp_path, tickets("18,29/01/2026 09:00,,P2"))) == ["18"]


def test_28_a_number_in_scientific_notation_is_rejected(tmp_path: Path) -> None:
    outcome = read(tmp_path, tickets("1.01E+11,29/01/2026 09:00,,P2"))
    assert rejected(outcome) == [("ticket number malformed", "1.01E+11", 2, "Number")]


@pytest.mark.parametrize(("number", "code"), [("A\x1b[2J", "001B"), ("A\x9b1", "009B"), ('"A\n1"', "000A")])
def test_28_a_control_character_in_a_number_is_rejected_at_its_row(tmp_path: Path, number: str, code: str) -> None:
    outcome = read(tmp_path, tickets(f"{number},29/01/2026 09:00,,P2", "18,29/01/2026 09:00,,P2"))
    assert numbers(outcome) == ["18"]
    assert rejected(outcome) == [("ticket number malformed", number.strip('"'), 2, "Number")]
    (reject,) = outcome.notes.rejects
    assert reject.found.startswith(f"the control character U+{code} in 'A\\")


def test_28_a_number_of_blanks_alone_is_none(tmp_path: Path) -> None:
    assert rejected(read(tmp_path, tickets("  ,29/01/2026 09:00,,P2"))) == [("ticket number missing", "", 2, "Number")]


PRIORITIES = """
    classes:
      priority: {column: Priority, values: {P1: critical, P2: normal}}
    """


def test_29_a_value_that_the_mapping_does_not_list_is_rejected(tmp_path: Path) -> None:
    mapping = TICKETS.partition("    classes:")[0]
    outcome = read(tmp_path, tickets(GOOD, ALSO_GOOD, "A3,29/01/2026 09:00,,P7"), mapping, PRIORITIES)
    assert [each.opened.changes["priority"] for each in outcome.tickets] == ["critical", "normal"]
    assert rejected(outcome) == [("unknown value", "A3", 4, "Priority")]


def test_29_an_unlisted_value_may_be_kept_so_that_it_comes_out_not_covered(tmp_path: Path) -> None:
    mapping = TICKETS.partition("    classes:")[0]
    service = "classes: {service: {column: Priority, values: {P1: mail}, unknown: keep, as: id}}"
    outcome = read(tmp_path, tickets(GOOD, "A3,29/01/2026 09:00,,Lost & Found"), mapping, service)
    assert [each.opened.changes["service"] for each in outcome.tickets] == ["mail", "lost-found"]
    assert outcome.notes.flags == {}


def test_29_an_unknown_state_rejects_its_ticket(tmp_path: Path) -> None:
    rows = events(
        "A1,29/01/2026 09:00,29/01/2026 09:00,New,P1,Desk",
        "A1,29/01/2026 10:00,29/01/2026 09:00,On Hold,P1,Desk",
        "A2,29/01/2026 10:00,29/01/2026 09:00,New,P1,Desk",
    )
    outcome = read(tmp_path, rows, EVENTS)
    assert numbers(outcome) == ["A2"]
    assert rejected(outcome) == [("unknown state", "A1", 3, "State")]


def test_30_two_tickets_with_one_number_refuse_the_file(tmp_path: Path) -> None:
    refusal = refused(tmp_path, tickets(GOOD, ALSO_GOOD, "A1,29/01/2026 09:00,,P3"))
    assert (refusal.fault, refusal.row) == ("number repeated", 4)
    assert "as in row 2" in refusal.found


def test_30_a_row_that_is_there_twice_is_counted_once(tmp_path: Path) -> None:
    outcome = read(tmp_path, tickets(ALSO_GOOD, ALSO_GOOD))
    assert numbers(outcome) == ["A2"]
    assert outcome.notes.flags == {"row repeated": 1}


def test_31_rows_of_one_ticket_that_disagree_on_its_opening_reject_it(tmp_path: Path) -> None:
    rows = events(
        "A1,29/01/2026 09:00,29/01/2026 09:00,New,P1,Desk",
        "A1,29/01/2026 10:00,29/01/2026 09:30,Resolved,P1,Desk",
    )
    assert rejected(read(tmp_path, rows, EVENTS)) == [("opening differs", "A1", 2, "Opened")]


def test_32_a_formula_is_kept_as_the_text_it_is(tmp_path: Path) -> None:
    outcome = read(tmp_path, tickets("=1+1,29/01/2026 09:00,,\"<script>alert('x')</script>\""))
    assert numbers(outcome) == ["=1+1"]
    assert outcome.tickets[0].opened.changes["priority"] == "<script>alert('x')</script>"


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\tx", " =1+1"])
def test_32_a_formula_is_neutralised_where_it_is_written_out(text: str) -> None:
    assert neutralise(text) == "'" + text


@pytest.mark.parametrize("text", ["INC0000045", "-5", "+3.25", "1,5", "", "a=b", "2026-01-29T08:00:00Z"])
def test_32_what_is_no_formula_is_written_as_it_is(text: str) -> None:
    assert neutralise(text) == text
