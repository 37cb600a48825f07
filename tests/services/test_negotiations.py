"""Versions of agreements under way: drafted, discussed, approved by every side, put into force, and refused whole."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from servanda.bad_input import BadInput
from servanda.engine.agreement_terms import Duty
from servanda.engine.agreements import AgreementKind, AgreementVersion
from servanda.engine.negotiation import Side, State, StepKind
from servanda.engine.rights import Assignment, Role, Scope, Viewer
from servanda.queries import negotiations as kept
from servanda.reports.agreements import negotiations as words
from servanda.services import agreements, audit, negotiations, organisations, retention
from servanda.services.agreements import BookRefused
from servanda.services.negotiations import NegotiationRefused, TextWrittenMeanwhile
from servanda.store import models
from servanda.store.access import NotFound
from servanda.store.keepable import Unkeepable
from servanda.store.keeping import OnlyAdded
from servanda.store.negotiations import Proposal, UnderWay, book
from tests.builders import OFFICE, instant, open_time, target

NOW = instant("2026-06-01 09:00 Europe/London")


def who(role: Role, person: str = "", **scope: set[str]) -> Viewer:
    """Return somebody with a role who asks today."""
    limits = Scope(**{sort: frozenset(names) for sort, names in scope.items()})
    return Viewer("school", person or role.value, date(2026, 6, 1), (Assignment(role, limits),))


MANAGER = who(Role.SERVICE_MANAGER)
SPEAKER = who(Role.REPRESENTATIVE, customers={"staff"})
HEAD = who(Role.EXECUTIVE)
SOUND = target("resolution", open_time(hours=8), share=Fraction(9, 10), source="ticket log", owner="desk lead")


def desk(**told: Any) -> AgreementVersion:
    """Return the first version of the agreement of the service desk, which lacks nothing."""
    usual: dict[str, Any] = {
        "agreement": "desk",
        "number": 1,
        "kind": AgreementKind.SLA,
        "name": "Service desk",
        "zone": "Europe/London",
        "effective_from": date(2026, 7, 1),
        "targets": (SOUND,),
        "owner": "head of ICT",
        "review_on": date(2027, 6, 1),
        "calendar": OFFICE,
    }
    return AgreementVersion(**{**usual, **told})


PROPOSED = Proposal(desk())


@pytest.fixture
def own(store: str) -> models.Organisation:
    """Return an organisation with the draft of an agreement."""
    made = organisations.add("school", "A school", "Europe/London", "kim", NOW)
    assert negotiations.begin(MANAGER, PROPOSED, now=NOW) == 1
    return made


def found(viewer: Viewer = MANAGER, sequence: int = 1) -> UnderWay:
    """Return the draft as somebody sees it."""
    return kept.one(viewer, "desk", sequence)


def take(kind: StepKind, viewer: Viewer = MANAGER, **told: Any) -> None:
    """Take a step in the draft."""
    negotiations.take(viewer, "desk", 1, kind, now=NOW, **told)


def approve(viewer: Viewer, side: Side, on_text: int = 1) -> None:
    """Approve a text."""
    negotiations.approve(viewer, "desk", 1, side, on_text=on_text, now=NOW)


def approve_all(on_text: int = 1) -> None:
    """Let every side approve a text."""
    for viewer, side in ((SPEAKER, Side.CUSTOMER), (MANAGER, Side.PROVIDER), (HEAD, Side.PROGRAMME)):
        approve(viewer, side, on_text)


def test_from_the_draft_to_a_signed_version(own: models.Organisation) -> None:
    assert found().standing.state is State.DRAFT
    take(StepKind.OPENED)
    assert found(SPEAKER).standing.lacking == (Side.CUSTOMER, Side.PROVIDER, Side.PROGRAMME)
    approve_all()
    assert found().standing.state is State.AGREED
    assert negotiations.put_into_force(MANAGER, "desk", 1, now=NOW) == "desk/1"
    assert found().standing.state is State.KEPT
    [version] = agreements.book_of(own).versions
    assert version.canonical() == desk().canonical()
    assert version.signed is not None
    assert (version.signed.on, version.signed.content_hash) == (date(2026, 6, 1), desk().content_hash())
    assert list(audit.breaks(own)) == []
    done = models.Entry.objects.filter(subject="draft desk/1").order_by("sequence")
    assert [each.content["done"] for each in done] == ["written", "opened", *["approved"] * 3, "kept"]
    for sort in (models.Negotiation, models.ProposedText, models.NegotiationStep):
        with pytest.raises(OnlyAdded):
            sort.objects.all().delete()


def test_a_new_text_is_approved_anew(own: models.Organisation) -> None:
    take(StepKind.OPENED)
    approve_all()
    changed = Proposal(desk(owner="bursar"))
    assert negotiations.write(MANAGER, "desk", 1, changed, after=1, now=NOW) == 2
    assert negotiations.write(MANAGER, "desk", 1, changed, after=2, now=NOW) == 2
    assert found().standing.state is State.NEGOTIATING
    with pytest.raises(NegotiationRefused, match="Text 2 is there by now; you read text 1"):
        approve(SPEAKER, Side.CUSTOMER, on_text=1)
    approve_all(on_text=2)
    assert negotiations.put_into_force(MANAGER, "desk", 1, now=NOW) == "desk/1"
    assert agreements.book_of(own).versions[0].owner == "bursar"


def test_of_two_who_write_at_once_the_second_is_told_and_nothing_is_lost(own: models.Organisation) -> None:
    negotiations.write(MANAGER, "desk", 1, Proposal(desk(owner="bursar")), after=1, now=NOW)
    with pytest.raises(TextWrittenMeanwhile, match="'service_manager' has written text 2"):
        negotiations.write(MANAGER, "desk", 1, Proposal(desk(owner="nobody")), after=1, now=NOW)
    assert found().version.owner == "bursar"
    assert models.ProposedText.objects.count() == 2


def test_one_person_cannot_fill_two_sides(own: models.Organisation) -> None:
    take(StepKind.OPENED)
    head = replace(HEAD, assignments=(Assignment(Role.EXECUTIVE), Assignment(Role.REPRESENTATIVE)))
    approve(head, Side.CUSTOMER)
    with pytest.raises(NegotiationRefused, match="One person cannot fill two sides"):
        approve(head, Side.PROGRAMME)
    by_letter = {"on_paper": True, "remark": "letter of 1 June"}
    negotiations.take(
        MANAGER, "desk", 1, StepKind.APPROVED, now=NOW, side=Side.PROGRAMME, signatory="Dr  Vera Weiss", **by_letter
    )
    with pytest.raises(NegotiationRefused, match="They have approved for another side"):
        take(StepKind.APPROVED, side=Side.PROVIDER, on_paper=True, signatory="dr vera weiss", remark="by letter")


def test_who_approved_on_paper_is_kept_by_name_in_their_own_record_alone(own: models.Organisation) -> None:
    take(StepKind.OPENED)
    on_paper: dict[str, Any] = {"on_paper": True, "remark": "letter of 1 June"}
    models.Person.objects.filter(slug="kim").update(name="Kim Hill")
    take(StepKind.APPROVED, side=Side.PROVIDER, signatory="kim  hill", **on_paper)
    take(StepKind.APPROVED, side=Side.CUSTOMER, signatory="Vera Weiss", **on_paper)
    kim, vera = (each.signatory for each in found().standing.approvals.values())
    assert (kim, kept.people(found())[vera]) == ("kim", "Vera Weiss")
    administrator = who(Role.ADMINISTRATOR)
    assert retention.anonymise_unseen(administrator, NOW.date(), now=NOW, reason="plan") == []
    retention.anonymise(administrator, vera, now=NOW, reason="request")
    shown = {each.signatory for each in words.sides(found(), kept.people(found()))}
    assert shown == {"Kim Hill", vera, ""}


def test_a_finding_is_mended_or_left_with_a_reason_before_anybody_approves(own: models.Organisation) -> None:
    guessed = replace(SOUND, share=None, maturity="assumed")
    negotiations.write(MANAGER, "desk", 1, Proposal(desk(targets=(guessed,), owner="")), after=1, now=NOW)
    take(StepKind.OPENED)
    rules = [(each.rule, each.stops) for each in negotiations.advice(found())]
    assert rules == [("SV305", True), ("SV602", False), ("SV603", False)]
    with pytest.raises(NegotiationRefused, match=r"cannot be agreed yet: Desk/1 has no owner\. 2 more findings wait"):
        approve(MANAGER, Side.PROVIDER, 2)
    with pytest.raises(NegotiationRefused, match="That finding cannot be left as it is"):
        take(StepKind.WAIVED, rule="SV305", remark="we are few")
    negotiations.write(MANAGER, "desk", 1, Proposal(desk(targets=(guessed,))), after=2, now=NOW)
    for rule in ("SV602", "SV603"):
        take(StepKind.WAIVED, rule=rule, target=guessed.id, remark="nothing was measured yet")
    assert negotiations.advice(found()) == ()
    approve(MANAGER, Side.PROVIDER, 3)


def test_counter_proposals_are_answered_before_anybody_approves(own: models.Organisation) -> None:
    take(StepKind.OPENED)
    take(StepKind.COUNTERED, SPEAKER, target=SOUND.id, remark="4 hours in exam weeks")
    with pytest.raises(NegotiationRefused, match="A counter-proposal waits for an answer"):
        approve(MANAGER, Side.PROVIDER)
    with pytest.raises(NotFound):
        take(StepKind.ACCEPTED, SPEAKER, answers=2)
    take(StepKind.DECLINED, answers=2, remark="two people cannot do that")
    with pytest.raises(NegotiationRefused, match="answered already"):
        take(StepKind.ACCEPTED, answers=2)
    approve(MANAGER, Side.PROVIDER)
    with pytest.raises(NegotiationRefused, match="There is no target 'nothing' in it"):
        take(StepKind.REMARKED, SPEAKER, target="nothing", remark="and this?")


def test_a_draft_is_seen_by_those_who_write_it_and_a_negotiation_by_those_whom_it_concerns(
    own: models.Organisation,
) -> None:
    for viewer in (SPEAKER, HEAD, who(Role.TECHNICIAN)):
        with pytest.raises(NotFound):
            found(viewer)
    assert kept.listing(SPEAKER) == ()
    take(StepKind.OPENED)
    assert [each.record.agreement for each in kept.listing(SPEAKER)] == ["desk"]
    with pytest.raises(NotFound):
        found(who(Role.AUDITOR))
    with pytest.raises(NotFound):
        take(StepKind.REOPENED, SPEAKER)
    take(StepKind.REOPENED)
    assert kept.listing(SPEAKER) == ()


def test_a_list_of_many_drafts_takes_as_many_statements_as_one_of_few(own: models.Organisation) -> None:
    with CaptureQueriesContext(connection) as few:
        assert len(kept.listing(MANAGER)) == 1
    for number in range(20):
        negotiations.begin(MANAGER, Proposal(desk(agreement=f"desk-{number}")), now=NOW)
        negotiations.take(MANAGER, f"desk-{number}", 1, StepKind.OPENED, now=NOW)
    negotiations.take(MANAGER, "desk-7", 1, StepKind.WITHDRAWN, now=NOW, remark="not wanted")
    with CaptureQueriesContext(connection) as many:
        assert len(kept.listing(MANAGER)) == 20
    assert len(few) == len(many)


def test_a_supplier_sees_and_approves_its_own_contract_alone(own: models.Organisation) -> None:
    contract = desk(
        agreement="copiers",
        kind=AgreementKind.UNDERPINNING_CONTRACT,
        targets=(target("hand_over", open_time(hours=8), share=Fraction(9, 10), source="visits", party="acme"),),
    )
    negotiations.begin(MANAGER, Proposal(contract), now=NOW)
    negotiations.take(MANAGER, "copiers", 1, StepKind.OPENED, now=NOW)
    acme, other = (who(Role.SUPPLIER_CONTACT, suppliers={each}) for each in ("acme", "other"))
    assert [each.record.agreement for each in kept.listing(acme)] == ["copiers"]
    assert kept.listing(other) == ()
    with pytest.raises(NotFound):
        negotiations.write(acme, "copiers", 1, Proposal(contract), after=1, now=NOW)
    with pytest.raises(NotFound):
        negotiations.approve(other, "copiers", 1, Side.SUPPLIER, on_text=1, now=NOW)
    with pytest.raises(NotFound):
        negotiations.approve(acme, "copiers", 1, Side.PROVIDER, on_text=1, now=NOW)
    negotiations.approve(acme, "copiers", 1, Side.SUPPLIER, on_text=1, now=NOW)


def test_the_next_version_ends_the_one_before_it(own: models.Organisation) -> None:
    take(StepKind.OPENED)
    negotiations.write(MANAGER, "desk", 1, Proposal(desk(effective_until=date(2027, 6, 30))), after=1, now=NOW)
    approve_all(2)
    negotiations.put_into_force(MANAGER, "desk", 1, now=NOW)
    second = desk(number=2, effective_from=date(2027, 1, 1), owner="bursar")
    assert negotiations.begin(MANAGER, Proposal(second), now=NOW) == 2
    negotiations.take(MANAGER, "desk", 2, StepKind.OPENED, now=NOW)
    assert found(sequence=2).standing.lacking == (Side.CUSTOMER, Side.PROVIDER)
    for viewer, side in ((SPEAKER, Side.CUSTOMER), (MANAGER, Side.PROVIDER)):
        negotiations.approve(viewer, "desk", 2, side, on_text=1, now=NOW)
    negotiations.put_into_force(MANAGER, "desk", 2, now=NOW)
    first, _ = agreements.book_of(own).versions
    assert (first.last_day, first.effective_until) == (date(2026, 12, 31), date(2027, 6, 30))


def test_what_was_applied_meanwhile_keeps_a_draft_from_coming_into_force(own: models.Organisation) -> None:
    take(StepKind.OPENED)
    approve_all()
    agreements.apply(MANAGER, book(own, Proposal(desk(owner="somebody else"))), NOW)
    with pytest.raises(BookRefused, match="is kept with another content"):
        negotiations.put_into_force(MANAGER, "desk", 1, now=NOW)
    assert found().standing.state is State.AGREED


REFUSED: list[tuple[Callable[[], AgreementVersion], type[BadInput], str]] = [
    (lambda: desk(), NegotiationRefused, "under way already"),
    (lambda: desk(agreement="other", number=2), NegotiationRefused, "does not follow on version 0"),
    (lambda: desk(agreement="Other one"), BadInput, "is no id"),
    (lambda: desk(agreement="other", services=frozenset({"mail"})), NegotiationRefused, "names a service 'mail'"),
    (lambda: desk(agreement="other", duties=(Duty("customer", "x" * 10_001),)), Unkeepable, "10,001 characters"),
    (lambda: desk(agreement="other", owner="a\0b"), Unkeepable, "NUL"),
]


@pytest.mark.parametrize(("version", "refusal", "words"), REFUSED)
def test_what_cannot_be_begun(
    own: models.Organisation, version: Callable[[], AgreementVersion], refusal: type[BadInput], words: str
) -> None:
    with pytest.raises(refusal, match=words):
        negotiations.begin(MANAGER, Proposal(version()), now=NOW)
    assert models.Negotiation.objects.count() == models.ProposedText.objects.count() == 1


def test_what_was_withdrawn_is_over_and_another_draft_may_begin(own: models.Organisation) -> None:
    with pytest.raises(NegotiationRefused, match="Withdrawing a draft needs words"):
        take(StepKind.WITHDRAWN, remark=" ")
    take(StepKind.WITHDRAWN, remark="the customer wants none")
    for attempt in (
        lambda: take(StepKind.OPENED),
        lambda: negotiations.write(MANAGER, "desk", 1, Proposal(desk(owner="x")), after=1, now=NOW),
    ):
        with pytest.raises(NegotiationRefused):
            attempt()
    assert negotiations.begin(MANAGER, PROPOSED, now=NOW + timedelta(days=1)) == 2


def test_a_manager_of_some_customers_drafts_for_them_alone(own: models.Organisation) -> None:
    models.Customer.objects.create(organisation=own, slug="staff", name="Staff")
    some = who(Role.SERVICE_MANAGER, customers={"staff"})
    with pytest.raises(NotFound):
        negotiations.begin(some, Proposal(desk(agreement="other")), now=NOW)
    with pytest.raises(NotFound):
        take(StepKind.OPENED, some)
    models.Organisation.objects.filter(pk=own.pk).update(agreements_applied=own.agreements_applied + 1)
    negotiations.begin(some, Proposal(desk(agreement="other", customers=frozenset({"staff"}))), now=NOW)
    negotiations.take(some, "other", 1, StepKind.OPENED, now=NOW)
    with pytest.raises(NotFound):
        negotiations.put_into_force(some, "other", 1, now=NOW)
