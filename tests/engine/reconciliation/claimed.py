"""Tickets with claims, under the office of the other tests: Monday to Friday, 09:00 to 17:00 in Paris."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from servanda.engine.agreements import AgreementVersion
from servanda.engine.coverage import Coverage
from servanda.engine.events import Claims
from servanda.engine.judging import judge
from servanda.engine.reconciliation import Case, cases_of
from servanda.engine.targets import Limit
from tests.builders import book, instant, target, ticket, version

AS_OF = "2026-06-30 12:00"


def promise(limit: Limit, **rest: object) -> AgreementVersion:
    """Return an agreement that promises a resolution within a limit."""
    return version(target("resolution", limit, **rest))


def case(
    judge_by: AgreementVersion,
    *events: str,
    due: str | None = None,
    met: bool | None = None,
    number: str = "INC-1",
    closed_at: datetime | None = None,
    resolved_at: datetime | None = None,
) -> Case:
    """Return a judged ticket that claims to be due at an instant and to be met or missed."""
    claims = Claims(instant(due) if due else None, met, closed_at=closed_at, resolved_at=resolved_at)
    told = replace(ticket(*events, number=number), claims=claims)
    readings = judge(told, Coverage(book(judge_by)), instant(AS_OF))
    return next(cases_of([told], readings, instant(AS_OF)))


def numbers(cases: Iterable[Case]) -> list[str]:
    """Return the numbers of some tickets."""
    return [each.ticket.number for each in cases]
