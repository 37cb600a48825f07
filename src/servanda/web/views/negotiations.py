"""Versions of agreements under way: begun, written, discussed, approved by every side, tried, and put into force."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from servanda.bad_input import BadInput
from servanda.engine import zones
from servanda.engine.agreements import AgreementKind, AgreementVersion, InvalidAgreement
from servanda.engine.negotiation import STATES, Side, State, StepKind
from servanda.engine.rights import Action
from servanda.engine.targets import InvalidTarget
from servanda.files import agreement_writing, agreements, yaml_text
from servanda.files.findings import Finding, Findings
from servanda.queries import agreements as kept
from servanda.queries import negotiations as under_way
from servanda.queries import requirements
from servanda.reports import starter_agreements
from servanda.reports.agreements import as_pdf, changes, document, examples, shown, title
from servanda.reports.agreements import negotiations as words
from servanda.services import accounts
from servanda.services import negotiations as doing
from servanda.services.negotiations import TextWrittenMeanwhile
from servanda.store.access import NotFound
from servanda.store.keepable import LONGEST_NAME
from servanda.store.negotiations import Proposal, UnderWay, book, may_draft, speaks_for
from servanda.web.agreement_forms import VersionForm, first, forms_of
from servanda.web.negotiation_forms import BeginForm, FileForm, SaidForm, SignedForm
from servanda.web.pages import ASKING, DOING, OrganisationRequest, handed_out, may_do, page

MEANWHILE = "written_meanwhile"
SOON = timedelta(days=28)

# --- seeing ---


@page(Action.DISCUSS_AGREEMENT)
def negotiation(request: OrganisationRequest, agreement: str, sequence: int) -> HttpResponse:
    """Show a version under way: the text, what it changes, what was said, who has approved and who has not."""
    found = under_way.one(request.viewer, agreement, sequence)
    return render(request, "negotiations/one.html", _shown(request, found, SaidForm(_targets(found))))


def _shown(request: OrganisationRequest, found: UnderWay, said: SaidForm) -> dict[str, Any]:
    names, version = under_way.names(found), found.version
    told, before = document(version, names), under_way.last_kept(found)
    people = under_way.people(found)
    drafts = may_draft(request.viewer, version)
    return {
        "found": found,
        "version": version,
        "title": title(version),
        "state": found.standing.state.value,
        "standing": STATES[found.standing.state],
        "told": told,
        **_promises(version, told),
        "changed": changes.between(document(before, names), told) if before else (),
        "before": before,
        "writer": words.called(found.text.written_by, people),
        "sides": words.sides(found, people),
        "talk": words.talk(found, people),
        "unanswered": found.standing.unanswered,
        "advice": doing.advice(found) if drafts else (),
        "texts": under_way.texts(found),
        "drafts": drafts,
        "applies": may_do(request.viewer, Action.APPLY_AGREEMENT),
        "is_open": found.standing.state.is_open,
        "approves": [(each, words.SIDES[each]) for each in _approvable(request, found)],
        "said": said,
        "signed": SignedForm(found.standing.lacking),
    }


def _promises(version: AgreementVersion, told: Any) -> dict[str, Any]:
    starts = examples.five_starts(version, version.effective_from)
    return {
        "promises": shown.promises_shown(version, told.promises, ()),
        "in_common": shown.in_common(told.promises),
        "none_agreed": shown.none_agreed(told.promises),
        "starts": words.starts(version, starts),
    }


def _approvable(request: OrganisationRequest, found: UnderWay) -> list[Side]:
    """Return the sides that wait and for which the viewer may speak, while there is a negotiation."""
    if found.standing.state is not State.NEGOTIATING:
        return []
    return [each for each in speaks_for(request.viewer, found.version) if each in found.standing.lacking]


def _targets(found: UnderWay) -> list[tuple[str, str]]:
    return [(each.id, each.name or each.id) for each in found.version.targets]


@page(Action.DISCUSS_AGREEMENT)
def trial(request: OrganisationRequest, agreement: str, sequence: int) -> HttpResponse:
    """Show what the proposed version would have come to over the last tickets."""
    found = under_way.one(request.viewer, agreement, sequence)
    tried = under_way.tried(request.viewer, found, request.now)
    told = document(found.version, under_way.names(found))
    context = {
        "found": found,
        "title": title(found.version),
        "tried": tried,
        "lines": words.trial(found.version, tried),
        "left_out": [each for each in told.beside if each.key in ("exclusions", "not_covered", "pauses")],
    }
    return render(request, "negotiations/trial.html", context)


@page(Action.DISCUSS_AGREEMENT)
def pdf(request: OrganisationRequest, agreement: str, sequence: int) -> HttpResponse:
    """Hand out the draft as PDF, marked as one."""
    found = under_way.one(request.viewer, agreement, sequence)
    people = under_way.people(found)
    signing = as_pdf.Signing(STATES[found.standing.state], words.signatures(found, people), found.text.content_hash)
    content = as_pdf.rendered(found.version, under_way.names(found), request.organisation_name, signing, request.now)
    return handed_out(content, f"{agreement}-{found.version.number}-text-{found.text.number}.pdf")


# --- beginning and writing ---


@page(Action.DRAFT_AGREEMENT, methods=ASKING)
def begin(request: OrganisationRequest) -> HttpResponse:
    """Ask what the new version begins from, and keep its first draft."""
    listing = kept.listing(request.viewer)
    earlier = {each.id: each.name for each in listing.agreements}
    told = request.POST if request.method == "POST" else None
    form = BeginForm(told, earlier, listing.names.services, initial=_asked_for(request, earlier, listing.names))
    if request.method == "POST" and form.is_valid():
        proposal = _first_draft(request, form.cleaned_data, listing)
        version = proposal.version
        try:
            sequence = doing.begin(request.viewer, proposal, now=request.now)
        except BadInput as refusal:
            form.add_error(None, f"{refusal.found} {refusal.mend}")
        else:
            return redirect("negotiation_write", request.organisation_slug, version.agreement, sequence)
    return render(request, "negotiations/begin.html", {"form": form}, status=400 if form.errors else 200)


def _asked_for(request: HttpRequest, earlier: Any, names: kept.Names) -> dict[str, str]:
    told = request.GET
    if told.get("agreement", "") in earlier:
        return {"begins": "next", "agreement": told["agreement"]}
    service, begins = told.get("service", ""), told.get("begins", AgreementKind.SLA.value)
    more = {name: told[name][:LONGEST_NAME] for name in ("requirement", "party") if name in told}
    return {"begins": begins, "service": service, "name": names.services.get(service, "")[:60], **more}


def _first_draft(request: OrganisationRequest, told: dict[str, Any], listing: kept.Listing) -> Proposal:
    today = zones.to_local(request.zone, request.now).date()
    if told["begins"] == "next":
        last = next(each for each in listing.agreements if each.id == told["agreement"]).versions[-1]
        begins = max(today + SOON, last.version.effective_from + timedelta(days=1))
        return Proposal(
            replace(
                last.version,
                number=last.number + 1,
                effective_from=begins,
                effective_until=None,
                enforce_from=None,
                review_on=None,
                signed=None,
                ended_on=None,
            )
        )
    made = starter_agreements.version(
        AgreementKind(told["begins"]),
        accounts.slug_of(told["name"], "agreement"),
        told["name"],
        request.zone,
        today + SOON,
        request.viewer.person,
        told["party"],
        told["service"],
    )
    if told["requirement"] is None:
        return Proposal(made)
    needed = requirements.one(request.viewer, told["requirement"]).told
    met, called = starter_agreements.meeting(made, needed), requirements.names(request.viewer).customers
    return Proposal(met, customers={each: called.get(each, each) for each in met.customers})


@page(Action.DRAFT_AGREEMENT, methods=ASKING)
def write(request: OrganisationRequest, agreement: str, sequence: int) -> HttpResponse:
    """Ask for what the version is to say, show what it comes to, and keep it as another text."""
    found = _drafted(request, agreement, sequence)
    told = request.POST if request.method == "POST" else None
    form = VersionForm(told, found.version, under_way.names(found), initial=first(found.version, found.text.number))
    targets = forms_of(told, found.version)
    version = told_by(form, targets) if told is not None else found.version
    if told is not None and version is not None and "show" not in told and _written(request, found, version, form):
        return redirect("negotiation", request.organisation_slug, agreement, sequence)
    meanwhile = form.has_error(NON_FIELD_ERRORS, MEANWHILE)
    context = {
        "found": found,
        "title": title(found.version),
        "form": form,
        "targets": targets,
        "after": found.text.number if meanwhile else form["after"].value(),
        "preview": _preview(version, found),
        "beyond": words.beyond_the_form(found.version),
    }
    wrong = told is not None and (version is None or bool(form.errors))
    return render(request, "negotiations/write.html", context, status=400 if wrong else 200)


def _preview(version: AgreementVersion | None, found: UnderWay) -> dict[str, Any]:
    """Return what a version that is being written promises, in words and by examples; nothing of one with faults."""
    return _promises(version, document(version, under_way.names(found))) if version is not None else {}


def told_by(form: VersionForm, targets: list[Any]) -> AgreementVersion | None:
    """Return the version that the forms tell; nothing, with errors in the forms, where they tell none."""
    sound = [form.is_valid(), *(each.is_valid() for each in targets)]
    if not all(sound):
        return None
    before, parts = form.before, form.cleaned_data["parts"]
    chosen = [each for each in targets if not (each.is_blank or each.cleaned_data["remove"])]
    taken = {each.cleaned_data["id"] for each in chosen}
    made = []
    for each in chosen:
        try:
            made.append(each.target(before, parts.get("calendar", before.calendar), taken))
        except InvalidTarget as refusal:
            each.add_error("limits", str(refusal))
            return None
        taken.add(made[-1].id)
    try:
        return replace(before, **{**parts, "targets": tuple(made)})
    except InvalidAgreement as refusal:
        form.add_error(None, str(refusal))
        return None


def _written(request: OrganisationRequest, found: UnderWay, version: AgreementVersion, form: Any) -> bool:
    proposal = replace(found.proposal, version=version)
    return _kept(request, found, proposal, form.cleaned_data["after"], form)


def _kept(request: OrganisationRequest, found: UnderWay, proposal: Proposal, after: int, form: Any) -> bool:
    record = found.record
    try:
        number = doing.write(request.viewer, record.agreement, record.sequence, proposal, after=after, now=request.now)
    except TextWrittenMeanwhile as refusal:
        words_of = f"{refusal.found} What you wrote stands below. {refusal.mend}"
        form.add_error(None, ValidationError(words_of, code=MEANWHILE))
        return False
    except NotFound:
        form.add_error(None, "You may write for the users and services of your role alone. Choose those.")
        return False
    except BadInput as refusal:
        form.add_error(None, f"{refusal.found} {refusal.mend}")
        return False
    messages.success(request, f"Text {number} is kept.")
    return True


def _drafted(request: OrganisationRequest, agreement: str, sequence: int) -> UnderWay:
    """Return a version under way that the viewer may write; raise `NotFound` otherwise."""
    found = under_way.one(request.viewer, agreement, sequence)
    if not (may_draft(request.viewer, found.version) and found.standing.state.is_open):
        raise NotFound(f"draft {sequence} of the agreement '{agreement}'")
    return found


@page(Action.DRAFT_AGREEMENT, methods=ASKING)
def file(request: OrganisationRequest, agreement: str, sequence: int) -> HttpResponse:
    """Show the text as a file, in which everything can be changed, and keep what is sent as another text."""
    found = _drafted(request, agreement, sequence)
    own = agreement_writing.written(book(found.record.organisation, found.proposal))
    told = request.POST if request.method == "POST" else None
    form = FileForm(told, initial={"after": found.text.number, "text": own})
    findings: tuple[Finding, ...] = ()
    if told is not None and form.is_valid():
        proposal, findings = _proposed(form.cleaned_data["text"], found)
        if proposal is not None and _kept(request, found, proposal, form.cleaned_data["after"], form):
            return redirect("negotiation", request.organisation_slug, agreement, sequence)
    meanwhile = form.has_error(NON_FIELD_ERRORS, MEANWHILE)
    context = {
        "found": found,
        "title": title(found.version),
        "form": form,
        "findings": findings,
        "after": found.text.number if meanwhile else form["after"].value(),
    }
    wrong = bool(form.errors) or any(each.is_error for each in findings)
    return render(request, "negotiations/file.html", context, status=400 if wrong else 200)


def _proposed(text: str, found: UnderWay) -> tuple[Proposal | None, tuple[Finding, ...]]:
    """Return the version of a file that tells one alone, and what is wrong with the file."""
    place = Path("draft.yaml")
    try:
        draft = agreements.draft(yaml_text.parse(text.replace("\r\n", "\n"), place), Findings(place))
        told = draft.book()
    except BadInput as refusal:
        findings = getattr(refusal, "findings", ())
        return None, findings or (
            Finding("draft.yaml", refusal.line or 1, "SV101", "error", refusal.found, refusal.mend),
        )
    if told.organisation.id != found.record.organisation.slug:
        reason = f"the file is of the organisation '{told.organisation.id}'"
        return None, (Finding("draft.yaml", 1, "SV105", "error", reason, "Leave 'organisation' as it was."),)
    if [each.label for each in told.versions] != [found.version.label]:
        reason = f"the file tells of {', '.join(each.label for each in told.versions) or 'no version'}"
        mend = f"Tell of {found.version.label} alone."
        return None, (Finding("draft.yaml", 1, "SV105", "error", reason, mend),)
    # What is kept keeps its name: an agreement is not where a service is renamed.
    known = under_way.kept_names(found)
    customers = {each.id: each.name for each in told.customers if each.id not in known.customers}
    services = {each.id: each.name for each in told.services if each.id not in known.services}
    return Proposal(told.versions[0], customers, services), draft.findings.all()


# --- steps ---


@page(Action.DRAFT_AGREEMENT, methods=DOING)
def open_it(request: OrganisationRequest, agreement: str, sequence: int) -> HttpResponse:
    """Open the negotiation, so that those whom it concerns see it and are asked."""
    return _step(request, agreement, sequence, StepKind.OPENED, "It can now be seen by everybody whom it concerns.")


@page(Action.DRAFT_AGREEMENT, methods=DOING)
def reopen(request: OrganisationRequest, agreement: str, sequence: int) -> HttpResponse:
    """Make it a draft again, which only those who write it see."""
    return _step(request, agreement, sequence, StepKind.REOPENED, "It is a draft again. Only its writers see it.")


@page(Action.DRAFT_AGREEMENT, methods=DOING)
def withdraw(request: OrganisationRequest, agreement: str, sequence: int) -> HttpResponse:
    """End it without a version, with the reason."""
    done = "The draft is withdrawn. What was said stays."
    return _step(request, agreement, sequence, StepKind.WITHDRAWN, done, remark=_posted(request, "remark"))


@page(Action.DISCUSS_AGREEMENT, methods=DOING)
def say(request: OrganisationRequest, agreement: str, sequence: int) -> HttpResponse:
    """Keep a remark or a counter-proposal, on the whole or on one target."""
    found = under_way.one(request.viewer, agreement, sequence)
    form = SaidForm(_targets(found), request.POST)
    if not form.is_valid():
        return render(request, "negotiations/one.html", _shown(request, found, form), status=400)
    kind = StepKind.COUNTERED if form.cleaned_data["counter"] else StepKind.REMARKED
    told = {"remark": form.cleaned_data["remark"], "target": form.cleaned_data["target"]}
    return _step(request, agreement, sequence, kind, "It stands below, for both sides.", **told)


@page(Action.DRAFT_AGREEMENT, methods=DOING)
def answer(request: OrganisationRequest, agreement: str, sequence: int) -> HttpResponse:
    """Accept or decline a counter-proposal."""
    accepted = "accept" in request.POST
    kind = StepKind.ACCEPTED if accepted else StepKind.DECLINED
    done = "It is accepted. Write it into the text now." if accepted else "It is declined."
    told = {"remark": _posted(request, "remark"), "answers": _number(request, "step")}
    return _step(request, agreement, sequence, kind, done, **told)


@page(Action.DRAFT_AGREEMENT, methods=DOING)
def waive(request: OrganisationRequest, agreement: str, sequence: int) -> HttpResponse:
    """Let a finding stand, with the reason."""
    told = {name: _posted(request, name) for name in ("rule", "target", "remark")}
    return _step(request, agreement, sequence, StepKind.WAIVED, "The reason is kept beside it.", **told)


@page(Action.APPROVE_AGREEMENT, methods=DOING)
def approve(request: OrganisationRequest, agreement: str, sequence: int) -> HttpResponse:
    """Approve the text that was read, for a side."""
    told = {"side": _side(request), "signatory": request.viewer.person, "on_text": _number(request, "text")}
    return _step(request, agreement, sequence, StepKind.APPROVED, "You have approved this text.", **told)


@page(Action.DRAFT_AGREEMENT, methods=DOING)
def record_approval(request: OrganisationRequest, agreement: str, sequence: int) -> HttpResponse:
    """Write down an approval that was given on paper."""
    told = {
        "side": _side(request),
        "signatory": _posted(request, "signatory"),
        "remark": _posted(request, "remark"),
        "on_text": _number(request, "text"),
        "on_paper": True,
    }
    return _step(request, agreement, sequence, StepKind.APPROVED, "The approval is written down.", **told)


@page(Action.APPLY_AGREEMENT, methods=DOING)
def put_into_force(request: OrganisationRequest, agreement: str, sequence: int) -> HttpResponse:
    """Keep what all sides approved as a version that never changes."""
    try:
        label = doing.put_into_force(request.viewer, agreement, sequence, now=request.now)
    except NotFound:
        raise
    except BadInput as refusal:
        messages.error(request, f"{refusal.found} {refusal.mend}")
        return redirect("negotiation", request.organisation_slug, agreement, sequence)
    messages.success(request, f"{label} is kept and signed. It never changes any more.")
    return redirect("agreement_version", request.organisation_slug, agreement, int(label.rpartition("/")[2]))


def _step(
    request: OrganisationRequest, agreement: str, sequence: int, kind: StepKind, done: str, **told: Any
) -> HttpResponse:
    try:
        doing.take(request.viewer, agreement, sequence, kind, now=request.now, **told)
    except NotFound:
        raise
    except BadInput as refusal:
        messages.error(request, f"{refusal.found} {refusal.mend}")
    else:
        messages.success(request, done)
    return redirect("negotiation", request.organisation_slug, agreement, sequence)


def _posted(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").strip()


def _number(request: HttpRequest, name: str) -> int:
    text = _posted(request, name)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _side(request: HttpRequest) -> Side | None:
    return next((each for each in Side if each.value == _posted(request, "side")), None)
