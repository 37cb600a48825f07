"""Every address of the pages: which requests it answers, to whom, and with what; the table is closed.

An address that is not here fails a test. `of_organisation` rows are those of pages under /o/<organisation>/: whoever is
in `seen_by` gets `status` for GET and HEAD and `done` for POST, where the page takes one; anybody else who is signed in
gets the one page that says that nothing is there; who is not is sent to sign in. Any other method is refused first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from servanda.engine.rights import GRANTED, Action, Role

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
SEEING = frozenset({"GET", "HEAD"})
ASKING = SEEING | {"POST"}
DOING = frozenset({"POST"})


NO_FORM: Mapping[str, str] = MappingProxyType({})


def who_may(*actions: Action) -> frozenset[Role]:
    """Return the roles that bring one of some actions."""
    return frozenset(role for role in Role if not GRANTED[role].isdisjoint(actions))


@dataclass(frozen=True)
class OfOrganisation:
    """A page of an organisation.

    `parts` fill its address with what is there; `missing` with what never was, and `foreign` with what only the other
    organisation has (the column of the canary that holds each, such as `service.slug`).
    """

    seen_by: frozenset[Role]
    parts: Mapping[str, object] = field(default_factory=dict)
    missing: Mapping[str, object] = field(default_factory=dict)
    foreign: Mapping[str, str] = field(default_factory=dict)
    methods: frozenset[str] = SEEING
    status: int = 200
    done: int = 302
    form: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Open:
    """A page outside any organisation: what it answers to nobody, and to whoever is signed in, by method."""

    nobody: Mapping[str, int]
    signed_in: Mapping[str, int]
    parts: Mapping[str, object] = field(default_factory=dict)


LED_ELSEWHERE: Mapping[str, int] = MappingProxyType({"GET": 302, "HEAD": 302, "POST": 302})
"""What a page with a form answers that sends everybody on."""


def of_ones_own(status: int, POST: int | None = -1, **parts: object) -> Open:
    """Return a page about one's own sign-in: who is not signed in is sent to do so, anybody else gets a status.

    `POST` is what a form answers: as the page does, unless another is told, or none where it takes no form.
    """
    told = {"GET": status, "HEAD": status, "POST": status if POST == -1 else POST}
    signed_in = {method: each for method, each in told.items() if each is not None}
    return Open(dict.fromkeys(signed_in, 302), signed_in, parts)


def of_preparing(form: Mapping[str, str] = NO_FORM, done: int = 400, month: str = "2025-12") -> OfOrganisation:
    """Return what is done to a month's draft; refused in words (400) where there is nothing to do it to."""
    there, missing, foreign = {"month": month}, {"month": "2025-13"}, {"month": "reportdraft.month"}
    return OfOrganisation(who_may(Action.PREPARE_REPORT), there, missing, foreign, DOING, done=done, form=form)


def of_report(
    seen_by: frozenset[Role],
    methods: frozenset[str],
    form_told: Mapping[str, str] = NO_FORM,
    done: int = 400,
    **parts: str,
) -> OfOrganisation:
    """Return a page of the issued report, which only ICT sees, or what is done to it."""
    there, missing = {"number": 1, **parts}, {"number": 8842818, **parts}
    foreign = {"number": "report.number", **dict.fromkeys(parts, "reportfile.format")}
    return OfOrganisation(seen_by, there, missing, foreign, methods, done=done, form=form_told)


OF_SOMEBODY: Mapping[str, Any] = MappingProxyType(
    {
        "parts": {"person": "spare"},
        "missing": {"person": "none-such"},
        "foreign": {"person": "person.slug"},
    }
)


OF_AN_ENTRY: Mapping[str, Any] = MappingProxyType(
    {
        "parts": {"service": "printing"},
        "missing": {"service": "none-such"},
        "foreign": {"service": "catalogueversion.service"},
    }
)


OF_A_NEGOTIATION: Mapping[str, Any] = MappingProxyType(
    {
        "parts": {"agreement": "letters", "sequence": 1},
        "missing": {"agreement": "letters", "sequence": 2},
        "foreign": {"agreement": "negotiation.agreement", "sequence": "negotiation.sequence"},
    }
)


def of_discussing(methods: frozenset[str] = SEEING, form: Mapping[str, str] = NO_FORM) -> OfOrganisation:
    """Return a page of a version under way, which names no supplier, or what is said of it."""
    seen_by = who_may(Action.DISCUSS_AGREEMENT) - {Role.SUPPLIER_CONTACT}
    return OfOrganisation(seen_by, methods=methods, form=form, **OF_A_NEGOTIATION)


def of_drafting(methods: frozenset[str], form: Mapping[str, str] = NO_FORM, done: int = 302) -> OfOrganisation:
    """Return what is done to a version under way by whoever writes it."""
    return OfOrganisation(who_may(Action.DRAFT_AGREEMENT), methods=methods, form=form, done=done, **OF_A_NEGOTIATION)


OF_A_REQUIREMENT: Mapping[str, Any] = MappingProxyType(
    {
        "parts": {"requirement": 1},
        "missing": {"requirement": 8842818},
        "foreign": {"requirement": "requirementversion.requirement"},
    }
)
OF_A_SURVEY: Mapping[str, Any] = MappingProxyType(
    {"parts": {"number": 1}, "missing": {"number": 8842818}, "foreign": {"number": "expectationsurvey.number"}}
)


def of_writing(form: Mapping[str, str], done: int = 302, methods: frozenset[str] = DOING) -> OfOrganisation:
    """Return what is done about a requirement by whoever captures them."""
    seen_by = who_may(Action.WRITE_REQUIREMENT)
    return OfOrganisation(seen_by, methods=methods, done=done, form=form, **OF_A_REQUIREMENT)


def of_records(sort: str, id: str, model: str, seen_by: Action) -> Mapping[str, OfOrganisation]:
    """Return the pages of groups of users, of suppliers or of teams: the list, one of them, and the two forms."""
    one: Mapping[str, Any] = {"parts": {sort: id}, "missing": {sort: "none-such"}, "foreign": {sort: f"{model}.slug"}}
    writers = who_may(Action.MANAGE_PEOPLE)
    return {
        f"{sort}s": OfOrganisation(who_may(seen_by)),
        sort: OfOrganisation(who_may(seen_by), **one),
        f"{sort}_add": OfOrganisation(writers, methods=ASKING, done=400),
        # What is sent is refused, as somebody else has changed it since.
        f"{sort}_write": OfOrganisation(writers, methods=ASKING, form={"name": "A", "after": "-"}, done=400, **one),
    }


def of_managing(form: Mapping[str, str], done: int = 302) -> OfOrganisation:
    """Return what is done about somebody by whoever manages people."""
    return OfOrganisation(who_may(Action.MANAGE_PEOPLE), methods=DOING, done=done, form=form, **OF_SOMEBODY)


OF_ORGANISATION: Mapping[str, OfOrganisation] = MappingProxyType(
    {
        "home": OfOrganisation(who_may(Action.SEE_RESULTS)),
        "sample_load": OfOrganisation(who_may(Action.TRY_SAMPLE), methods=DOING),
        # An organisation that is no sample is never taken away, which is said in words.
        "sample_take_away": OfOrganisation(who_may(Action.TRY_SAMPLE), methods=DOING, done=400),
        "services": OfOrganisation(who_may(Action.SEE_RESULTS)),
        "service": OfOrganisation(
            who_may(Action.SEE_RESULTS),
            {"service": "printing"},
            {"service": "none-such"},
            {"service": "service.slug"},
        ),
        "tickets": OfOrganisation(who_may(Action.SEE_TICKET)),
        "saved_views": OfOrganisation(
            who_may(Action.SEE_TICKET), methods=DOING, form={"name": "mine", "filters": "state=missed"}
        ),
        "ticket": OfOrganisation(
            who_may(Action.SEE_TICKET),
            {"source": "desk", "number": "R1"},
            {"source": "desk", "number": "none-such"},
            {"source": "ticket.source", "number": "ticket.number"},
        ),
        "ticket_decide": OfOrganisation(
            who_may(Action.DECIDE_UNLISTED),
            {"source": "desk", "number": "R1"},
            {"source": "desk", "number": "none-such"},
            {"source": "ticket.source", "number": "ticket.number"},
            methods=DOING,
            done=400,
        ),
        "agreements": OfOrganisation(who_may(Action.SEE_AGREEMENT)),
        "agreement": OfOrganisation(
            who_may(Action.SEE_AGREEMENT) - {Role.SUPPLIER_CONTACT},
            {"agreement": "desk"},
            {"agreement": "none-such"},
            {"agreement": "agreementversion.agreement"},
        ),
        "agreement_version": OfOrganisation(
            who_may(Action.SEE_AGREEMENT) - {Role.SUPPLIER_CONTACT},
            {"agreement": "desk", "number": 1},
            {"agreement": "none-such", "number": 1},
            {"agreement": "agreementversion.agreement", "number": "agreementversion.number"},
        ),
        "agreement_pdf": OfOrganisation(
            who_may(Action.SEE_AGREEMENT) - {Role.SUPPLIER_CONTACT},
            {"agreement": "desk", "number": 1},
            {"agreement": "none-such", "number": 1},
            {"agreement": "agreementversion.agreement", "number": "agreementversion.number"},
        ),
        "negotiation_begin": OfOrganisation(who_may(Action.DRAFT_AGREEMENT), methods=ASKING, done=400),
        **{f"negotiation{each}": of_discussing() for each in ("", "_pdf", "_trial")},
        **{
            f"negotiation_{each}": of_drafting(ASKING, {"after": "1", "text": "format: none"}, 400)
            for each in ("write", "file")
        },
        # What makes it a draft again comes before what opens it, for those who come after.
        **{f"negotiation_{each}": of_drafting(DOING) for each in ("reopen", "open", "withdraw", "answer", "waive")},
        "negotiation_record": of_drafting(DOING, {"side": "programme"}),
        "negotiation_say": of_discussing(DOING, {"remark": "And when we are closed?"}),
        "negotiation_approve": OfOrganisation(
            frozenset({Role.REPRESENTATIVE, Role.EXECUTIVE}),
            methods=DOING,
            form={"side": "customer", "text": "1"},
            **OF_A_NEGOTIATION,
        ),
        "negotiation_put_into_force": OfOrganisation(
            who_may(Action.APPLY_AGREEMENT), methods=DOING, **OF_A_NEGOTIATION
        ),
        # What is agreed, as all is there, is refused in words.
        "agreement_confirm": OfOrganisation(
            who_may(Action.CONFIRM_TARGET),
            {"agreement": "desk", "number": 1, "target": "fix"},
            {"agreement": "desk", "number": 1, "target": "none-such"},
            {
                "agreement": "agreementversion.agreement",
                "number": "agreementversion.number",
                "target": "targetconfirmation.target",
            },
            DOING,
            done=400,
        ),
        "imports": OfOrganisation(who_may(Action.SEE_AUDIT)),
        "import": OfOrganisation(
            who_may(Action.SEE_AUDIT), {"number": 1}, {"number": 8842818}, {"number": "batch.number"}
        ),
        "catalogue": OfOrganisation(who_may(Action.SEE_CATALOGUE)),
        "catalogue_file": OfOrganisation(who_may(Action.SEE_CATALOGUE)),
        "catalogue_workbook": OfOrganisation(who_may(Action.SEE_CATALOGUE)),
        "catalogue_booklet": OfOrganisation(who_may(Action.SEE_CATALOGUE)),
        "catalogue_booklet_pdf": OfOrganisation(who_may(Action.SEE_CATALOGUE)),
        "catalogue_ranking": OfOrganisation(who_may(Action.WRITE_CATALOGUE), methods=ASKING, done=400),
        "catalogue_upload": OfOrganisation(who_may(Action.WRITE_CATALOGUE), methods=ASKING, done=400),
        "catalogue_keep": OfOrganisation(who_may(Action.WRITE_CATALOGUE), methods=DOING, done=400),
        "catalogue_add": OfOrganisation(who_may(Action.WRITE_CATALOGUE), methods=ASKING, form={"after": "0"}, done=400),
        "catalogue_starter": OfOrganisation(who_may(Action.WRITE_CATALOGUE), methods=DOING),
        "catalogue_entry": OfOrganisation(who_may(Action.SEE_CATALOGUE), **OF_AN_ENTRY),
        "catalogue_write": OfOrganisation(
            who_may(Action.WRITE_CATALOGUE),
            methods=ASKING,
            form={"after": "1", "name": "Printing", "supported": "full"},
            **OF_AN_ENTRY,
        ),
        "catalogue_agree": OfOrganisation(
            who_may(Action.AGREE_CATALOGUE), methods=DOING, form={"number": "1"}, **OF_AN_ENTRY
        ),
        "catalogue_verify": OfOrganisation(
            who_may(Action.WRITE_CATALOGUE), methods=DOING, form={"number": "1"}, **OF_AN_ENTRY
        ),
        "catalogue_estimate": OfOrganisation(
            who_may(Action.WRITE_CATALOGUE),
            methods=DOING,
            form={"kind": "availability", "figure": "98 %", "source": "technicians", "on": "2026-01-30"},
            **OF_AN_ENTRY,
        ),
        "requirements": OfOrganisation(who_may(Action.SEE_REQUIREMENT)),
        "requirement": OfOrganisation(who_may(Action.SEE_REQUIREMENT), **OF_A_REQUIREMENT),
        "requirement_gaps": OfOrganisation(who_may(Action.SEE_SPEC_SHEET)),
        "requirement_gaps_file": OfOrganisation(who_may(Action.SEE_SPEC_SHEET)),
        "requirement_capture": OfOrganisation(
            who_may(Action.WRITE_REQUIREMENT), methods=ASKING, form={"after": "0"}, done=400
        ),
        "requirement_write": of_writing(
            {"after": "1", "customer": "pupils", "wording": "Soon.", "weight": "should", "occasion": "meeting"},
            methods=ASKING,
        ),
        "requirement_sheet": of_writing({"after": "1", "delivery": "By hand.", "drafting": "draft"}, methods=ASKING),
        "requirement_ask": of_writing({"number": "1", "party_kind": "team"}, done=400),
        "requirement_estimate": of_writing({"number": "1", "share": "80", "source": "a book", "on": "2026-01-30"}),
        "requirement_judge": OfOrganisation(
            who_may(Action.JUDGE_REQUIREMENT), methods=DOING, form={"number": "1", "met": "yes"}, **OF_A_REQUIREMENT
        ),
        "requirements_asked": OfOrganisation(who_may(Action.ANSWER_REQUIREMENT)),
        # It was put to a team, for which no supplier speaks.
        "requirement_answer": OfOrganisation(
            frozenset({Role.TECHNICIAN}),
            {"requirement": 1, "number": 1},
            {"requirement": 1, "number": 8842818},
            {"requirement": "requirementquestion.requirement", "number": "requirementquestion.number"},
            ASKING,
            form={"reply": "can"},
        ),
        "surveys": OfOrganisation(who_may(Action.WRITE_REQUIREMENT, Action.JUDGE_REQUIREMENT)),
        "survey_open": OfOrganisation(who_may(Action.WRITE_REQUIREMENT), methods=ASKING, done=400),
        "survey": OfOrganisation(who_may(Action.WRITE_REQUIREMENT, Action.JUDGE_REQUIREMENT), **OF_A_SURVEY),
        "survey_answer": OfOrganisation(
            who_may(Action.JUDGE_REQUIREMENT),
            methods=DOING,
            form={"customer": "pupils", "hours": "always"},
            **OF_A_SURVEY,
        ),
        "people": OfOrganisation(who_may(Action.SEE_PEOPLE)),
        "attendance": OfOrganisation(who_may(Action.SEE_PEOPLE)),
        "attendance_note": OfOrganisation(
            who_may(Action.NOTE_ATTENDANCE), methods=DOING, form={"on": "2026-01-12", "present": "representative"}
        ),
        **of_records("group", "pupils", "customer", Action.SEE_GROUP),
        **of_records("supplier", "acme", "supplier", Action.SEE_SUPPLIER),
        **of_records("team", "copiers", "team", Action.SEE_PEOPLE),
        "people_add": OfOrganisation(who_may(Action.MANAGE_PEOPLE), methods=DOING, form={"name": "Alex"}),
        "person": OfOrganisation(who_may(Action.SEE_PEOPLE), **OF_SOMEBODY),
        "person_assign": of_managing({"role": "technician"}),
        "person_invite": of_managing({}, done=200),
        "person_reset_second_step": of_managing({}),
        "person_end": of_managing({"role": "technician", "on": "2026-12-31"}),
        "person_hand_over": of_managing({}, done=400),
        "person_leave": of_managing({}),
        "person_return": of_managing({}),
        # Of the whole organisation, which a supplier's contact never is shown.
        "reconciliation": OfOrganisation(
            who_may(Action.SEE_TICKET) - {Role.SUPPLIER_CONTACT}, methods=ASKING, form={"kind": "resolution"}
        ),
        "reports": OfOrganisation(who_may(Action.SEE_REPORT)),
        "report_month": OfOrganisation(
            who_may(Action.SEE_INTERNAL_REPORT),
            {"month": "2025-12"},
            {"month": "2025-13"},
            {"month": "reportdraft.month"},
        ),
        "report_prepare": of_preparing(done=302, month="2025-11"),
        "report_summary": of_preparing({"place": "1", "text": "All was well."}, done=302),
        "report_check": of_preparing({"figures": "others"}),
        "report_issue": of_preparing({"figures": "others"}),
        "report_drop": of_preparing(month="2025-10"),
        "report_issued": of_report(who_may(Action.SEE_INTERNAL_REPORT), SEEING),
        "report_file": of_report(who_may(Action.SEE_INTERNAL_REPORT), SEEING, form="csv"),
        "report_release": of_report(who_may(Action.ISSUE_REPORT), DOING, {"audience": "ict"}, done=302),
        "report_restate": of_report(who_may(Action.PREPARE_REPORT), DOING),
        "report_answer": of_report(frozenset(), DOING, {"correct": "yes", "clear": "yes"}),
    }
)

OPEN: Mapping[str, Open] = MappingProxyType(
    {
        "start": Open({"GET": 302, "HEAD": 302}, {"GET": 302, "HEAD": 302}),
        "healthz": Open({"GET": 200, "HEAD": 200}, {"GET": 200, "HEAD": 200}),
        "help": Open({"GET": 200, "HEAD": 200}, {"GET": 200, "HEAD": 200}),
        "help_page": Open({"GET": 200, "HEAD": 200}, {"GET": 200, "HEAD": 200}, {"screen": "ticket"}),
        "theme": Open({"POST": 302}, {"POST": 302}),
        "set_up": Open(
            {"GET": 404, "HEAD": 404, "POST": 404}, {"GET": 404, "HEAD": 404, "POST": 404}, {"secret": "none-such"}
        ),
        "account_login": Open({"GET": 200, "HEAD": 200, "POST": 200}, {"GET": 302, "HEAD": 302, "POST": 302}),
        "account_logout": Open({"GET": 302, "HEAD": 302, "POST": 302}, {"GET": 200, "HEAD": 200, "POST": 302}),
        "account_change_password": Open({"GET": 302, "HEAD": 302, "POST": 302}, {"GET": 200, "HEAD": 200, "POST": 200}),
        "account_reset_password": Open({"GET": 200, "HEAD": 200}, {"GET": 200, "HEAD": 200}),
        "account_reauthenticate": of_ones_own(200, POST=200),
        # Nobody here has begun to sign in, nor shown once more that an account is theirs.
        "sign_on": Open({"POST": 404}, {"POST": 302}, {"provider_id": "none-such"}),
        "openid_connect_callback": Open(
            {"GET": 404, "HEAD": 404}, {"GET": 404, "HEAD": 404}, {"provider_id": "none-such"}
        ),
        "saml_acs": Open({"POST": 404}, {"POST": 404}, {"provider_id": "none-such"}),
        "saml_arrived": Open({"GET": 404}, {"GET": 404}, {"provider_id": "none-such"}),
        "saml_sls": Open({"GET": 404}, {"GET": 404}, {"provider_id": "none-such"}),
        "saml_metadata": Open({"GET": 404, "HEAD": 404}, {"GET": 404, "HEAD": 404}, {"provider_id": "none-such"}),
        "sign_on_connect": Open({"POST": 302}, {"POST": 302}, {"provider_id": "none-such"}),
        "sign_on_disconnect": Open({"POST": 302}, {"POST": 302}, {"number": 1}),
        "mfa_authenticate": Open(LED_ELSEWHERE, LED_ELSEWHERE),
        "mfa_login_webauthn": Open(LED_ELSEWHERE, LED_ELSEWHERE),
        "mfa_reauthenticate": of_ones_own(302),
        "mfa_reauthenticate_webauthn": of_ones_own(302),
        "mfa_index": of_ones_own(200, POST=None),
        "mfa_activate_totp": of_ones_own(302),
        "mfa_deactivate_totp": of_ones_own(404),
        "mfa_view_recovery_codes": of_ones_own(404, POST=None),
        "mfa_generate_recovery_codes": of_ones_own(302),
        "mfa_add_webauthn": of_ones_own(302),
        "mfa_remove_webauthn": of_ones_own(302, pk=1),
    }
)
REFUSED = 405
