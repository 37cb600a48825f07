"""The op `status`: the rules for a service made of others."""

from collections.abc import Callable
from enum import Enum
from typing import Any

from servanda.conformance.fields import Fields, UnreadableQuestion
from servanda.engine import statuses
from servanda.engine.statuses import Algorithm, Child, Measure, Propagation, Rule, Sense

Answer = dict[str, Any]


class Ask(Enum):
    """What a status question asks for."""

    RULE = "rule"
    PROPAGATE = "propagate"
    PARENT = "parent"


def status(asked: Fields) -> Answer:
    """Return the status asked for."""
    return {"status": ASKED[asked.word("question", Ask)](asked)}


def _by_rule(asked: Fields) -> int:
    return rule_of(asked.inner("status_rule")).outcome(children_of(asked))


def _propagated(asked: Fields) -> int | None:
    return child_of(asked).handed_up


def _parent(asked: Fields) -> int:
    return statuses.parent(asked.word("algorithm", Algorithm), children_of(asked), rules_of(asked))


ASKED: dict[Ask, Callable[[Fields], int | None]] = {
    Ask.RULE: _by_rule,
    Ask.PROPAGATE: _propagated,
    Ask.PARENT: _parent,
}


def children_of(asked: Fields) -> list[Child]:
    """Return the children of a service."""
    return [child_of(each) for each in asked.objects("children")]


def rules_of(asked: Fields) -> list[Rule]:
    """Return the rules of a service."""
    return [rule_of(each) for each in asked.objects("status_rules")]


def child_of(written: Fields) -> Child:
    """Return a child, whose own `rule` and `value` say what it hands up."""
    how = written.word("rule", Propagation, Propagation.KEEP)
    return Child(written.whole("status"), written.whole("weight", 0), how, written.whole("value", 0))


def rule_of(written: Fields) -> Rule:
    """Return a rule; its type is a measure and a sense, such as `np_ge`."""
    measure, _, sense = written.need("type", str, RULE_TYPES).partition("_")
    try:
        kind = Measure(measure), Sense(sense)
    except ValueError:
        raise UnreadableQuestion(f"{written.place}.type", written.written["type"], RULE_TYPES) from None
    limit, gives = written.exact("limit_value"), written.whole("new_status")
    return Rule(*kind, written.whole("limit_status"), limit, gives)


RULE_TYPES = f"one of: {', '.join(f'{measure.value}_{sense.value}' for measure in Measure for sense in Sense)}"
