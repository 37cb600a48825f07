"""`servanda people`: who is here, and what they are to the organisation."""

import argparse
import json
import os
from collections.abc import Iterator
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING

from servanda.bad_input import BadInput
from servanda.cli import kept_as_file
from servanda.cli.command import Subparsers, add_command
from servanda.cli.database_options import Step, add_database_options, run_step
from servanda.config.addresses import site
from servanda.engine.canonical import plain
from servanda.engine.rights import Assignment, InvalidAssignment, Role, Scope, Viewer
from servanda.files import people as people_file
from servanda.reports.roles import CONFIRMATIONS

if TYPE_CHECKING:
    from servanda.services import everybody
    from servanda.services.people import Listed


EXAMPLE = "servanda people assign sam --role technician --service printing"
SORTS = ("service", "customer", "supplier")
SAYS = kept_as_file.Says(
    export="Print people with their roles, groups, suppliers and teams as YAML, or write them to a file.",
    apply="Keep what a file says of them, all of it or nothing; whatever it does not name stays as it is.",
    file="people, groups of users, suppliers and teams as YAML",
)


def add(subparsers: Subparsers) -> None:
    """Announce the command and its steps."""
    parser = add_command(
        subparsers,
        "people",
        says="Manage the people of an organisation and their roles.",
        example=EXAMPLE,
        run=partial(run_step, every),
    )
    steps = parser.add_subparsers(metavar="STEP", required=True)
    for announce in ANNOUNCED:
        add_database_options(announce(steps))
    kept_as_file.add_export_and_apply(steps, "people", SAYS, export, apply)


# --- the steps ---


def new(arguments: argparse.Namespace, viewer: Viewer, now: datetime) -> Iterator[str]:
    """Add a person."""
    from servanda.services import people

    people.add(viewer, arguments.id, arguments.name, arguments.email, now=now)
    yield f"'{arguments.id}' is added, and has no role yet."


def assign(arguments: argparse.Namespace, viewer: Viewer, now: datetime) -> Iterator[str]:
    """Give a person a role."""
    from servanda.services import people

    assignment = _assignment(arguments)
    fresh = people.assign(viewer, arguments.id, assignment, now=now, confirmed=arguments.confirm)
    yield f"'{arguments.id}' is {in_words(assignment)}{'' if fresh else ' already'}."


def end(arguments: argparse.Namespace, viewer: Viewer, now: datetime) -> Iterator[str]:
    """End a role of a person."""
    from servanda.services import people

    on = arguments.on or viewer.on
    count = people.end_assignment(viewer, arguments.id, arguments.role, on, now=now)
    ended = "One role" if count == 1 else f"{count} roles"
    yield f"{ended} of '{arguments.id}' {'ends' if count == 1 else 'end'} on {on}." if count else "Nothing to end."


def hand_over(arguments: argparse.Namespace, viewer: Viewer, now: datetime) -> Iterator[str]:
    """Let another person have a role from a day on."""
    from servanda.services import people

    on = arguments.first or viewer.on
    count = people.hand_over(viewer, arguments.id, arguments.role, arguments.to, on, now=now)
    role = arguments.role.value.replace("_", " ")
    yield f"'{arguments.to}' is {role} from {on} on, as '{arguments.id}' was." if count else "Nothing to hand over."


def leave(arguments: argparse.Namespace, viewer: Viewer, now: datetime) -> Iterator[str]:
    """Let a person have left."""
    from servanda.services import people

    gone = people.deactivate(viewer, arguments.id, now=now)
    yield f"'{arguments.id}' has left{', and may do nothing from now on' if gone else ' already'}."


def come_back(arguments: argparse.Namespace, viewer: Viewer, now: datetime) -> Iterator[str]:
    """Let a person be back."""
    from servanda.services import people

    back = people.activate(viewer, arguments.id, now=now)
    yield f"'{arguments.id}' is {'back, with the roles they had' if back else 'here already'}."


def invite(arguments: argparse.Namespace, viewer: Viewer, now: datetime) -> Iterator[str]:
    """Print a link by which a person chooses a password."""
    from servanda.services import accounts
    from servanda.web.links import set_up_path

    secret = accounts.invite(viewer, arguments.id, now=now)
    yield f"Give this link to '{arguments.id}' alone; it lets them choose a password, once, within 24 hours:"
    yield f"  {site(os.environ)}{set_up_path(secret)}"


def reset_second_step(arguments: argparse.Namespace, viewer: Viewer, now: datetime) -> Iterator[str]:
    """Take away the second step of a person who lost it."""
    from servanda.services import second_steps

    was_there = second_steps.reset(viewer, arguments.id, now=now)
    gone = "is taken away; their password lets them in until they set up a new one."
    yield f"The second step of '{arguments.id}' {gone}" if was_there else f"'{arguments.id}' has no second step."


def export(arguments: argparse.Namespace, viewer: Viewer, now: datetime) -> Iterator[str]:
    """Write people with their roles, groups, suppliers and teams."""
    from servanda.services import everybody

    text = people_file.written(viewer.organisation, everybody.everybody(viewer))
    yield from kept_as_file.exported(text, arguments.out, "People, groups, suppliers and teams")


def apply(arguments: argparse.Namespace, viewer: Viewer, now: datetime) -> Iterator[str]:
    """Keep what a file says."""
    from servanda.services import everybody

    told = people_file.load(arguments.file)
    kept_as_file.refuse_other(told.organisation, viewer, "the people", arguments.file)
    try:
        applied = everybody.apply(viewer, told.everybody, now=now, plan=arguments.plan)
    except everybody.EntryRefused as refusal:
        raise BadInput(
            refusal.found,
            expected=refusal.expected,
            mend=refusal.mend,
            file=arguments.file,
            line=told.lines.get((refusal.sort, refusal.id)),
        ) from None
    yield from (_step_words(each, planned=arguments.plan) for each in applied.steps)
    yield f"{applied.same} as kept."
    if arguments.plan:
        yield "Nothing was written."


def every(arguments: argparse.Namespace, viewer: Viewer, now: datetime) -> Iterator[str]:
    """List the people."""
    from servanda.services import people

    for each in people.every(viewer):
        yield json.dumps(plain(each), ensure_ascii=False) if arguments.json else _line(each)


# --- in words ---

PLANNED = {
    "added": "to add",
    "changed": "to change",
    "given": "to give",
    "ended": "to end",
    "prolonged": "to prolong",
    "left": "to leave",
    "returned": "to return",
}


def _step_words(step: "everybody.Step", *, planned: bool) -> str:
    done = PLANNED[step.done.value] if planned else step.done.value
    role = f" is {in_words(step.role)}" if step.role else ""
    return f"{done}: {step.sort} {step.id}{role}"


def _line(person: "Listed") -> str:
    without = "named by a source" if person.by_source else "no role"
    roles = "; ".join(map(in_words, person.assignments)) or without
    named = f" ({', '.join(filter(None, (person.name, person.email)))})" if person.name or person.email else ""
    return f"{person.id}{named}: {roles}{'' if person.active else '; has left'}"


def in_words(assignment: Assignment) -> str:
    """Return a role with its scope and dates: 'technician of service printing, from 2026-01-01'."""
    scope = assignment.scope
    named = zip(SORTS, (scope.services, scope.customers, scope.suppliers), strict=True)
    limits = [f"{sort} {', '.join(sorted(names))}" for sort, names in named if names]
    of = f" of {' and '.join(limits)}" if limits else ""
    first = f", from {assignment.from_on}" if assignment.from_on else ""
    last = f", until {assignment.until_on}" if assignment.until_on else ""
    return f"{assignment.role.value.replace('_', ' ')}{of}{first}{last}"


def _assignment(arguments: argparse.Namespace) -> Assignment:
    scope = Scope(*(frozenset(getattr(arguments, sort)) for sort in SORTS))
    try:
        return Assignment(arguments.role, scope, arguments.first, arguments.last)
    except InvalidAssignment as refusal:
        raise BadInput(
            f"{refusal}", expected="a role with the scope and dates that it can have", mend="Correct the options."
        ) from None


# --- how they are announced ---


def _announce_add(steps: Subparsers) -> argparse.ArgumentParser:
    says = "Add a person, who may do nothing until a role is assigned to them."
    step = _of_person(steps, "add", says, "servanda people add sam --name Sam", new)
    step.add_argument("--name", required=True, help="the person as they are called")
    step.add_argument("--email", default="", help="where they are reached")
    return step


def _announce_assign(steps: Subparsers) -> argparse.ArgumentParser:
    says = "Give a person a role; without a scope it is one in the whole organisation."
    step = _of_person(steps, "assign", says, EXAMPLE, assign)
    _add_role(step)
    for sort in SORTS:
        step.add_argument(
            f"--{sort}", action="append", default=[], metavar="ID", help=f"only of this {sort}; may be given again"
        )
    step.add_argument("--from", dest="first", type=day, metavar="DATE", help="its first day (default: at once)")
    step.add_argument("--until", dest="last", type=day, metavar="DATE", help="its last day (default: no end)")
    step.add_argument(
        "--confirm",
        action="append",
        default=[],
        choices=sorted(CONFIRMATIONS),
        help="what you know of this person, kept in the audit; may be given again: "
        + "; ".join(f"'{word}': {told}" for word, told in CONFIRMATIONS.items()),
    )
    return step


def _announce_end(steps: Subparsers) -> argparse.ArgumentParser:
    step = _of_person(steps, "end", "End a role of a person.", "servanda people end sam --role technician", end)
    _add_role(step)
    step.add_argument("--on", type=day, metavar="DATE", help="its last day (default: today)")
    return step


def _announce_hand_over(steps: Subparsers) -> argparse.ArgumentParser:
    says = "Let another person have a role from a day on, with the limits it had; what was done stays under both names."
    example = "servanda people hand-over kim --role service_manager --to sam --from 2026-09-01"
    step = _of_person(steps, "hand-over", says, example, hand_over)
    _add_role(step)
    step.add_argument("--to", required=True, metavar="ID", help="the id of the person who has it then")
    step.add_argument("--from", dest="first", type=day, metavar="DATE", help="their first day (default: today)")
    return step


def _announce_leave(steps: Subparsers) -> argparse.ArgumentParser:
    says = "Let a person have left: from now on they may do nothing."
    return _of_person(steps, "leave", says, "servanda people leave sam", leave)


def _announce_return(steps: Subparsers) -> argparse.ArgumentParser:
    says = "Let a person who left be back, with the roles they had."
    return _of_person(steps, "return", says, "servanda people return sam", come_back)


def _announce_invite(steps: Subparsers) -> argparse.ArgumentParser:
    says = "Make a link by which a person chooses a password to sign in with, the first or a new one."
    return _of_person(steps, "invite", says, "servanda people invite sam", invite)


def _announce_reset(steps: Subparsers) -> argparse.ArgumentParser:
    says = "Take away the second step of a person who lost it, so that the password alone lets them in."
    return _of_person(steps, "reset-second-step", says, "servanda people reset-second-step sam", reset_second_step)


def _announce_list(steps: Subparsers) -> argparse.ArgumentParser:
    example = "servanda people list --json"
    step = add_command(
        steps, "list", says="List people and their roles.", example=example, run=partial(run_step, every)
    )
    step.add_argument("--json", action="store_true", help="print each person as a JSON object on a line of its own")
    return step


ANNOUNCED = (
    _announce_add,
    _announce_assign,
    _announce_end,
    _announce_hand_over,
    _announce_leave,
    _announce_return,
    _announce_invite,
    _announce_reset,
    _announce_list,
)


def _of_person(steps: Subparsers, name: str, says: str, example: str, step: Step) -> argparse.ArgumentParser:
    parser = add_command(steps, name, says=says, example=example, run=partial(run_step, step))
    parser.add_argument("id", help="the id of the person, such as sam")
    return parser


def _add_role(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--role", required=True, type=role, metavar="ROLE", help=", ".join(ROLES))


ROLES = tuple(each.value for each in Role)


def role(text: str) -> Role:
    """Return a role from the command line."""
    try:
        return Role(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no role; use one of {', '.join(ROLES)}") from None


def day(text: str) -> date:
    """Return a date from the command line."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no date; write 2026-03-31") from None
