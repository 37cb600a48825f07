"""Every address of the pages: which requests it answers, to whom, and with what; the table is closed.

An address that is not here fails a test. `of_organisation` rows are those of pages under /o/<organisation>/: whoever is
in `seen_by` gets `status` for GET and HEAD and `done` for POST, where the page takes one; anybody else who is signed in
gets the one page that says that nothing is there; who is not is sent to sign in. Any other method is refused first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from servanda.engine.rights import GRANTED, Action, Role

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
SEEING = frozenset({"GET", "HEAD"})
ASKING = SEEING | {"POST"}
DOING = frozenset({"POST"})


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


OF_ORGANISATION: Mapping[str, OfOrganisation] = MappingProxyType(
    {
        "agreements": OfOrganisation(who_may(Action.SEE_AGREEMENT)),
        "agreement": OfOrganisation(
            who_may(Action.SEE_AGREEMENT),
            {"agreement": "desk"},
            {"agreement": "none-such"},
            {"agreement": "agreementversion.agreement"},
        ),
        "agreement_version": OfOrganisation(
            who_may(Action.SEE_AGREEMENT),
            {"agreement": "desk", "number": 1},
            {"agreement": "none-such", "number": 1},
            {"agreement": "agreementversion.agreement", "number": "agreementversion.number"},
        ),
        "imports": OfOrganisation(who_may(Action.SEE_AUDIT)),
        "import": OfOrganisation(
            who_may(Action.SEE_AUDIT), {"number": 1}, {"number": 8842818}, {"number": "batch.number"}
        ),
        # Of the whole organisation, which a supplier's contact never is shown.
        "reconciliation": OfOrganisation(
            who_may(Action.SEE_TICKET) - {Role.SUPPLIER_CONTACT}, methods=ASKING, form={"kind": "resolution"}
        ),
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
        "account_login": Open(
            {"GET": 200, "HEAD": 200, "POST": 200, "OPTIONS": 200}, {"GET": 302, "HEAD": 302, "POST": 302}
        ),
        "account_logout": Open(
            {"GET": 302, "HEAD": 302, "POST": 302, "OPTIONS": 200}, {"GET": 200, "HEAD": 200, "POST": 302}
        ),
        "account_change_password": Open(
            {"GET": 302, "HEAD": 302, "POST": 302, "OPTIONS": 302}, {"GET": 200, "HEAD": 200, "POST": 200}
        ),
        "account_reset_password": Open({"GET": 200, "HEAD": 200}, {"GET": 200, "HEAD": 200}),
    }
)
REFUSED = 405
