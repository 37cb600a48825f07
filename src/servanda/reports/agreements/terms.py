"""What an agreement says beside its targets, in words: duties, who tells whom, goals, and how it ends."""

from collections.abc import Iterator
from decimal import Decimal

from servanda.engine.agreement_terms import Announcement, Goal, Termination
from servanda.engine.agreements import AgreementVersion
from servanda.files.notation import change_text
from servanda.reports.agreements.parts import Part, Statement, listing, stated, told
from servanda.reports.words import count, day


def parts(version: AgreementVersion) -> Iterator[Part]:
    """Yield the parts of the document that tell of it; those without a statement say nothing."""
    yield Part("not_covered", "Not covered", told(listing("not_covered", "Outside it", version.not_covered)))
    yield Part("duties", "Duties", told(*_duties(version)))
    yield Part("communication", "Who is told", told(*map(_announcement, version.communication)))
    yield Part("goals", "Goals", told(*map(_goal, version.goals)))
    yield Part("termination", "How it ends", told(*_ending(version.termination)) if version.termination else ())


def _duties(version: AgreementVersion) -> Iterator[Statement | None]:
    for side in dict.fromkeys(each.of for each in version.duties):
        yield listing(f"duty {side}", side.capitalize(), (each.does for each in version.duties if each.of == side))


def _announcement(line: Announcement) -> Statement | None:
    how = f" by {line.channel}" if line.channel else ""
    within = f", within {line.within}" if line.within else ""
    says = f"{line.by} tells {line.to}{how}{within}."
    return stated(f"{line.event} {line.to}", line.event, says[0].upper() + says[1:])


def _goal(goal: Goal) -> Statement | None:
    wanted = f"{Decimal(goal.wanted.numerator) / goal.wanted.denominator:.6g}"
    return stated(
        f"goal {goal.id}",
        goal.measure,
        f"From {goal.baseline:f} to {wanted} by {day(goal.by)} ({change_text(goal.change)}).",
        f"Source: {goal.source}.",
    )


def _ending(ending: Termination) -> Iterator[Statement | None]:
    notice = f"{count(ending.notice_days, 'day')} before the end." if ending.notice_days else ""
    yield stated("notice", "Notice", notice)
    yield stated("renewal", "Renewal", f"For a {ending.renews_every}, unless ended." if ending.renews_every else "")
    yield stated("terms", "Besides", ending.terms)
