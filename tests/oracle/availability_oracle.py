"""Answers about availability and the status of a service made of others.

Rules taken from the published semantics, and those settled here (marked *):

- The base is the service hours of the period less maintenance and unknown; downtime is the union of the
  outages inside it, uptime the rest, the SLI 100 x uptime / base, null where the base is 0. An open outage
  (end null) lasts to the end of the period; so does * an open maintenance or unknown span. A period that
  ends before it begins is empty.
- With an aim (`slo`, percent) the error budget is base x (100 - slo) / 100; left is that less the downtime.
  Neither is there where the base is 0.
- A history: the state at `from` is that of the last change at or before it, else what the next change says
  was before, else `current`, else unknown. The span before a change whose `previous` is unknown is left
  out, even if an earlier change said otherwise; * the span after the last change is that change's state.
  Outages beside a history add to the downtime.
- Status: -1 is good, 0..5 get worse. Rules as in the published table.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from tests.oracle.calendar_oracle import OracleCalendar, OracleError, Span, both, instant, minus, seconds, total, union


def spans(rows: list[list[str | None]], end: int) -> list[Span]:
    """Return rows of two times as spans; a missing end is the end of the period."""
    found = []
    for start_text, end_text in rows:
        assert start_text is not None
        start = instant(start_text)
        found.append((start, instant(end_text) if end_text is not None else max(start, end)))
    return union(found)


def availability(calendar: OracleCalendar, question: dict[str, Any]) -> dict[str, Any]:
    """Answer the op `availability`."""
    start, end = instant(question["from"]), instant(question["to"])
    outages, unknown = spans(question.get("outages") or [], end), spans(question.get("unknown") or [], end)
    if "history" in question:
        down, nothing = states(question, start, end)
        outages, unknown = union(outages + down), union(unknown + nothing)
    base = minus(minus(calendar.open_between(start, end), spans(question.get("maintenance") or [], end)), unknown)
    lost = total(both(base, outages))
    answer = {"uptime": seconds(total(base) - lost), "downtime": seconds(lost)}
    return answer | share(Fraction(total(base) - lost, 10**6), Fraction(total(base), 10**6), question.get("slo"))


def share(good: Fraction, whole: Fraction, aim: float | None) -> dict[str, Any]:
    """Return the percentage, and the error budget where there is an aim; null for a share of nothing."""
    answer: dict[str, Any] = {"sli": float(100 * good / whole) if whole else None}
    if aim is not None and whole:
        budget = whole * (100 - Fraction(str(aim))) / 100
        answer |= {"error_budget_total": float(budget), "error_budget_left": float(budget - (whole - good))}
    return answer


def states(question: dict[str, Any], start: int, end: int) -> tuple[list[Span], list[Span]]:
    """Return the spans of the period that were down and those of which nothing is known."""
    changes = sorted(((instant(row["at"]), row) for row in question["history"]), key=lambda pair: pair[0])
    earlier = [row for at, row in changes if at <= start]
    later = [(at, row) for at, row in changes if start < at < end]
    after = [row for at, row in changes if at > start]
    state = earlier[-1]["state"] if earlier else after[0]["previous"] if after else question.get("current") or "unknown"
    down, unknown, since = [], [], start
    for at, row in [*later, (end, None)]:
        known = state if row is None or row["previous"] != "unknown" else "unknown"
        if known == "down":
            down.append((since, at))
        elif known == "unknown":
            unknown.append((since, at))
        elif known != "ok":
            raise OracleError(f"no state {known!r}")
        since, state = at, row["state"] if row else state
    return union(down), union(unknown)


def status(question: dict[str, Any]) -> dict[str, Any]:
    """Answer the op `status`."""
    ask = question["question"]
    if ask == "rule":
        return {"status": by_rule(question["status_rule"], question["children"])}
    if ask == "propagate":
        return {"status": propagated(question["status"], question.get("rule", "keep"), question.get("value", 0))}
    if ask == "parent":
        return {"status": parent(question)}
    raise OracleError(f"no status question {ask!r}")


def by_rule(rule: dict[str, Any], children: list[dict[str, Any]]) -> int:
    """Return the rule's new status if the children satisfy it, else -1."""
    measure, _, sense = rule["type"].rpartition("_")
    if measure not in ("n", "np", "w", "wp") or sense not in ("ge", "lt"):
        raise OracleError(f"no rule {rule['type']!r}")
    limit = rule["limit_status"]
    chosen = [c for c in children if (c["status"] >= limit if sense == "ge" else c["status"] <= limit)]
    weigh = (lambda _: 1) if measure[0] == "n" else (lambda child: child.get("weight", 0))
    part, whole = sum(map(weigh, chosen)), sum(map(weigh, children))
    if measure.endswith("p"):
        if whole == 0:
            return -1
        value = Fraction(100 * part, whole)
    else:
        value = Fraction(part)
    holds = value >= rule["limit_value"] if sense == "ge" else value < rule["limit_value"]
    return int(rule["new_status"]) if holds else -1


def propagated(own: int, rule: str, value: int) -> int | None:
    """Return the status a child hands up; None for one that is ignored."""
    if own not in range(-1, 6):
        raise OracleError(f"no status {own}")
    if rule == "ignore":
        return None
    if own == -1 or rule == "keep":
        return own
    if rule in ("increase", "decrease"):
        return min(5, max(0, own + (value if rule == "increase" else -value)))
    if rule == "set":
        return value
    raise OracleError(f"no propagation {rule!r}")


def parent(question: dict[str, Any]) -> int:
    """Return the worst of the parent's main status and every rule that holds."""
    children = []
    for child in question["children"]:
        handed = propagated(child["status"], child.get("rule", "keep"), child.get("value", 0))
        if handed is not None:
            children.append({**child, "status": handed})
    worst = max((child["status"] for child in children), default=-1)
    good = any(child["status"] == -1 for child in children)
    algorithm = question["algorithm"]
    if algorithm not in ("ok", "most_critical", "most_critical_if_all"):
        raise OracleError(f"no algorithm {algorithm!r}")
    main = -1 if algorithm == "ok" or (algorithm == "most_critical_if_all" and good) else worst
    return max([main, *(by_rule(rule, children) for rule in question.get("status_rules", ()))])
