"""Who may do what: a fixed cast in one school, and a stranger from another."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servanda.engine.rights import (
    GRANTED,
    WHOLE_ORGANISATION,
    Action,
    Assignment,
    InvalidAssignment,
    Role,
    Scope,
    Subject,
    Viewer,
    may,
    other_side,
)

TODAY = date(2026, 1, 12)
MAIL_TICKET = Subject("school", service="mail", customer="staff", suppliers=frozenset({"copier-company"}))
SCHOOL = Subject("school")


def viewer(*assignments: Assignment, organisation: str = "school") -> Viewer:
    """Return somebody with these assignments who asks today."""
    return Viewer(organisation, "kim", TODAY, assignments)


def with_role(role: Role, **scope: set[str]) -> Viewer:
    """Return somebody with one role in a scope."""
    return viewer(Assignment(role, Scope(**{sort: frozenset(names) for sort, names in scope.items()})))


def test_without_an_assignment_nothing_is_granted() -> None:
    assert not any(may(viewer(), action, MAIL_TICKET) for action in Action)


def test_an_administrator_may_do_everything_but_speak_for_users_at_home_and_nothing_next_door() -> None:
    refused = {action for action in Action if not may(with_role(Role.ADMINISTRATOR), action, MAIL_TICKET)}
    # Who runs the program speaks neither for its users nor for those who deliver.
    assert refused == {
        Action.AGREE_CATALOGUE,
        Action.JUDGE_REQUIREMENT,
        Action.ANSWER_REQUIREMENT,
        Action.CONFIRM_TARGET,
        Action.APPROVE_AGREEMENT,
    }
    assert not any(may(with_role(Role.ADMINISTRATOR), action, Subject("college")) for action in Action)


def test_a_technician_records_events_but_corrects_none_and_exempts_nobody() -> None:
    technician = with_role(Role.TECHNICIAN)
    assert may(technician, Action.RECORD_EVENT, MAIL_TICKET)
    assert not may(technician, Action.CORRECT_EVENT, MAIL_TICKET)
    assert not may(technician, Action.EXEMPT, MAIL_TICKET)


def test_an_auditor_sees_everything_and_changes_nothing() -> None:
    granted = {action for action in Action if may(with_role(Role.AUDITOR), action, MAIL_TICKET)}
    assert granted == {
        Action.SEE_TICKET,
        Action.SEE_RESULTS,
        Action.SEE_AGREEMENT,
        Action.SEE_AUDIT,
        Action.SEE_CATALOGUE,
        Action.SEE_PEOPLE,
        Action.SEE_GROUP,
        Action.SEE_SUPPLIER,
        Action.SEE_REQUIREMENT,
        Action.SEE_SPEC_SHEET,
        Action.VERIFY,
        Action.SEE_REPORT,
        Action.SEE_INTERNAL_REPORT,
    }


def test_reports_are_prepared_and_issued_by_those_who_run_the_service_alone() -> None:
    for action in (Action.PREPARE_REPORT, Action.ISSUE_REPORT):
        assert {role for role in Role if action in GRANTED[role]} == {Role.ADMINISTRATOR, Role.SERVICE_MANAGER}
        assert not may(with_role(Role.SERVICE_MANAGER, services={"mail"}), action, SCHOOL)
    assert Action.SEE_REPORT not in GRANTED[Role.SUPPLIER_CONTACT]


def test_what_is_internal_is_for_no_customer() -> None:
    inside = {role for role in Role if Action.SEE_SPEC_SHEET in GRANTED[role]}
    assert inside == {Role.ADMINISTRATOR, Role.SERVICE_MANAGER, Role.TECHNICIAN, Role.AUDITOR}
    both = viewer(
        Assignment(Role.REPRESENTATIVE, Scope(customers=frozenset({"staff"}))),
        Assignment(Role.TECHNICIAN, Scope(services=frozenset({"print"}))),
    )
    assert not may(both, Action.SEE_SPEC_SHEET, Subject("school", "mail", "staff"))
    assert may(both, Action.SEE_SPEC_SHEET, Subject("school", "print", "staff"))


def test_an_executive_sees_results_but_no_ticket() -> None:
    assert may(with_role(Role.EXECUTIVE), Action.SEE_RESULTS, SCHOOL)
    assert not may(with_role(Role.EXECUTIVE), Action.SEE_TICKET, MAIL_TICKET)


def test_a_scope_ends_at_its_services_and_customers() -> None:
    of_staff = with_role(Role.REPRESENTATIVE, customers={"staff"})
    assert may(of_staff, Action.SEE_TICKET, MAIL_TICKET)
    assert not may(of_staff, Action.SEE_TICKET, Subject("school", "mail", "pupils"))
    assert not may(of_staff, Action.SEE_TICKET, Subject("school", "mail"))
    print_only = with_role(Role.TECHNICIAN, services={"print"})
    assert not may(print_only, Action.RECORD_EVENT, MAIL_TICKET)


def test_a_supplier_sees_the_tickets_it_works_on_and_no_others() -> None:
    supplier = with_role(Role.SUPPLIER_CONTACT, suppliers={"copier-company"})
    assert may(supplier, Action.SEE_TICKET, MAIL_TICKET)
    assert not may(supplier, Action.SEE_TICKET, Subject("school", "mail", "staff", frozenset({"telephone-company"})))
    assert not may(supplier, Action.SEE_TICKET, Subject("school", "mail", "staff"))


def test_a_supplier_contact_without_a_supplier_is_refused_at_once() -> None:
    with pytest.raises(InvalidAssignment, match="needs the supplier"):
        Assignment(Role.SUPPLIER_CONTACT)


def test_what_touches_everything_needs_a_role_without_limits() -> None:
    assert may(with_role(Role.SERVICE_MANAGER), Action.IMPORT_LOG, SCHOOL)
    of_mail = with_role(Role.SERVICE_MANAGER, services={"mail"})
    assert may(of_mail, Action.EXEMPT, MAIL_TICKET)
    assert not any(may(of_mail, action, MAIL_TICKET) for action in WHOLE_ORGANISATION)


def test_a_role_begins_and_ends_on_its_dates_both_included() -> None:
    def granted(from_on: date | None, until_on: date | None) -> bool:
        assignment = Assignment(Role.TECHNICIAN, from_on=from_on, until_on=until_on)
        return may(viewer(assignment), Action.SEE_TICKET, MAIL_TICKET)

    assert granted(TODAY, TODAY)
    assert not granted(date(2026, 1, 13), None)
    assert not granted(None, date(2026, 1, 11))


@pytest.mark.parametrize(
    ("held", "wanted", "stands_against"),
    [
        ((Role.SERVICE_MANAGER, (), None), (Role.REPRESENTATIVE, (), None), True),
        ((Role.REPRESENTATIVE, ("staff",), None), (Role.SERVICE_MANAGER, (), None), True),
        ((Role.SERVICE_MANAGER, ("staff",), None), (Role.REPRESENTATIVE, ("pupils",), None), False),
        ((Role.SERVICE_MANAGER, ("staff",), date(2026, 3, 31)), (Role.REPRESENTATIVE, ("staff",), None), False),
        ((Role.TECHNICIAN, (), None), (Role.REPRESENTATIVE, (), None), False),
        ((Role.SERVICE_MANAGER, (), None), (Role.SERVICE_MANAGER, (), None), False),
    ],
)
def test_nobody_is_on_both_sides_for_the_same_users_on_the_same_day(
    held: tuple[Role, tuple[str, ...], date | None],
    wanted: tuple[Role, tuple[str, ...], date | None],
    stands_against: bool,
) -> None:
    before, asked = (
        Assignment(role, Scope(customers=frozenset(customers)), until_on=until)
        for role, customers, until in (held, wanted)
    )
    asked = replace(asked, from_on=date(2026, 4, 1))
    assert (other_side([before], asked) == before) is stands_against
    assert other_side([], asked) is None


def test_a_role_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(InvalidAssignment, match="ends on 2026-01-11, before it begins on 2026-01-12"):
        Assignment(Role.AUDITOR, from_on=TODAY, until_on=date(2026, 1, 11))


def test_two_assignments_are_never_put_together() -> None:
    kim = viewer(
        Assignment(Role.SERVICE_MANAGER, Scope(services=frozenset({"print"}))),
        Assignment(Role.TECHNICIAN, Scope(services=frozenset({"mail"}))),
    )
    assert may(kim, Action.EXEMPT, Subject("school", "print"))
    assert not may(kim, Action.EXEMPT, Subject("school", "mail"))


def test_nobody_in_particular_cannot_ask() -> None:
    with pytest.raises(InvalidAssignment):
        Viewer("", "kim", TODAY)
    with pytest.raises(InvalidAssignment):
        Viewer("school", "", TODAY)


names = st.frozensets(st.sampled_from(["mail", "print", "staff", "copier-company"]))
scopes = st.builds(Scope, names, names, names.filter(bool))
assignments = st.builds(Assignment, st.sampled_from(Role), scopes)
subjects = st.builds(
    Subject,
    st.sampled_from(["school", "college"]),
    st.sampled_from(["", "mail"]),
    st.sampled_from(["", "staff"]),
    names,
)


@given(st.lists(assignments, max_size=3), assignments, st.sampled_from(Action), subjects)
def test_a_role_more_never_takes_anything_away(
    had: list[Assignment], more: Assignment, action: Action, subject: Subject
) -> None:
    assert may(viewer(*had, more), action, subject) >= may(viewer(*had), action, subject)


@given(assignments, st.sampled_from(Action), subjects)
def test_a_scope_never_grants_what_the_role_does_not(given_role: Assignment, action: Action, subject: Subject) -> None:
    if may(viewer(given_role), action, subject):
        assert action in GRANTED[given_role.role]
        assert subject.organisation == "school"


def test_a_supplier_contact_sees_its_own_supplier_and_no_group_of_users() -> None:
    contact = with_role(Role.SUPPLIER_CONTACT, suppliers={"acme"})
    assert may(contact, Action.SEE_SUPPLIER, Subject("school", suppliers=frozenset({"acme"})))
    assert not may(contact, Action.SEE_SUPPLIER, Subject("school", suppliers=frozenset({"copier-company"})))
    assert not may(contact, Action.SEE_GROUP, Subject("school", customer="staff"))


def test_who_speaks_for_users_sees_their_own_group_and_no_supplier() -> None:
    for role in (Role.REPRESENTATIVE, Role.EXECUTIVE):
        speaking = with_role(role, customers={"staff"})
        assert may(speaking, Action.SEE_GROUP, Subject("school", customer="staff"))
        assert not may(speaking, Action.SEE_GROUP, Subject("school", customer="pupils"))
        assert not may(speaking, Action.SEE_SUPPLIER, Subject("school", suppliers=frozenset({"acme"})))
