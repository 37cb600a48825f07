"""The pages of help: the guide to the work, and one page for each screen; their titles and the words that they use."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class HelpPage:
    """A page of help: its name in the address, its title, and the words of the glossary that it uses."""

    name: str
    title: str
    terms: tuple[str, ...] = ()

    @property
    def template(self) -> str:
        """The template of its text."""
        return f"help/{self.name}.html"


GUIDE = (
    HelpPage("overview", "What this is for", ("service", "agreement", "target", "clock")),
    HelpPage("first-steps", "First steps", ("service", "agreement", "mapping", "target", "calendar")),
    HelpPage("activities", "What to do each day, month and term", ("due", "missed", "report", "restatement")),
    HelpPage("roles", "Who does what", ("service manager", "representative", "scope")),
)
SCREENS = (
    HelpPage("sign-in", "Signing in"),
    HelpPage("set-up", "Setting up", ("service manager", "scope")),
    HelpPage("home", "Home", ("near", "missed", "due", "no data", "number of cases (n)")),
    HelpPage("services", "Services", ("service", "target", "share", "near", "no data")),
    HelpPage("service", "One service", ("target", "share", "number of cases (n)", "near", "missed")),
    HelpPage("tickets", "Tickets", ("ticket", "clock", "due", "paused", "priority")),
    HelpPage("ticket", "One ticket", ("clock", "due", "counted", "paused", "outside hours", "version", "event")),
    HelpPage("agreements", "Agreements", ("agreement", "version", "target", "limit", "share", "calendar")),
    HelpPage("negotiations", "Drafting and agreeing", ("agreement", "version", "target", "representative")),
    HelpPage("imports", "Imports", ("mapping", "source", "refused", "event")),
    HelpPage("catalogue", "Service catalogue", ("service", "service level", "representative")),
    HelpPage("requirements", "Requirements", ("requirement", "spec sheet", "representative", "target", "share")),
    HelpPage("surveys", "Surveys of what users expect", ("requirement", "representative")),
    HelpPage("people", "People", ("service manager", "representative", "scope")),
    HelpPage("teams", "Groups, teams and suppliers", ("team", "supplier", "representative", "agreement")),
    HelpPage("reconciliation", "Reconciliation", ("source", "claim", "due")),
    HelpPage("reports", "Reports", ("report", "stage", "issued", "restatement")),
    HelpPage(
        "month-report",
        "A month's report",
        ("report", "issued", "restatement", "number of cases (n)", "share", "near", "no data"),
    ),
)
ENDS = (HelpPage("glossary", "Words and what they mean"), HelpPage("about", "About Servanda"))
PAGES: Mapping[str, HelpPage] = MappingProxyType({each.name: each for each in (*GUIDE, *SCREENS, *ENDS)})
"""Every page of help by its name."""

OF_ADDRESS: Mapping[str, str] = MappingProxyType(
    {
        **{each.name: each.name for each in SCREENS},
        "account_login": "sign-in",
        "account_logout": "sign-in",
        "account_reset_password": "sign-in",
        "account_change_password": "sign-in",
        "account_reauthenticate": "sign-in",
        **{f"sign_on{each}": "sign-in" for each in ("", "_connect", "_disconnect")},
        "openid_connect_callback": "sign-in",
        **{f"saml_{each}": "sign-in" for each in ("acs", "arrived", "sls", "metadata")},
        **{
            f"mfa_{each}": "sign-in"
            for each in (
                *("authenticate", "login_webauthn", "reauthenticate", "reauthenticate_webauthn", "index"),
                *("activate_totp", "deactivate_totp", "view_recovery_codes", "generate_recovery_codes"),
                *("add_webauthn", "remove_webauthn"),
            )
        },
        "start": "sign-in",
        "sample_load": "home",
        "sample_take_away": "home",
        "set_up": "set-up",
        "agreement": "agreements",
        "agreement_version": "agreements",
        "agreement_pdf": "agreements",
        "negotiation": "negotiations",
        **{
            f"negotiation_{each}": "negotiations"
            for each in (
                *("begin", "pdf", "trial", "write", "file", "open", "reopen", "withdraw", "say"),
                *("answer", "waive", "approve", "record", "put_into_force"),
            )
        },
        "agreement_confirm": "agreements",
        "saved_views": "tickets",
        "ticket_decide": "ticket",
        "import": "imports",
        **{
            f"catalogue_{each}": "catalogue"
            for each in (
                *("file", "workbook", "booklet", "booklet_pdf", "upload", "keep", "ranking", "add", "starter"),
                *("entry", "write", "agree", "verify", "estimate"),
            )
        },
        **{
            f"requirement{each}": "requirements"
            for each in (
                *("", "_gaps", "_gaps_file", "_capture", "_write", "_ask", "_estimate", "_judge", "_sheet"),
                *("s_asked", "_answer"),
            )
        },
        **{f"survey{each}": "surveys" for each in ("", "_open", "_answer")},
        "people_add": "people",
        **{f"{sort}{each}": "teams" for sort in ("group", "supplier", "team") for each in ("s", "", "_add", "_write")},
        "attendance": "people",
        "attendance_note": "people",
        "person": "people",
        **{
            f"person_{each}": "people"
            for each in ("assign", "invite", "reset_second_step", "end", "hand_over", "leave", "return")
        },
        **{
            f"report_{each}": "month-report"
            for each in (
                *("month", "prepare", "check", "summary", "issue", "drop"),
                *("issued", "file", "answer", "release", "restate"),
            )
        },
    }
)
"""The page of help for each named address that has one."""

TERMS: Mapping[str, str] = MappingProxyType(
    {
        "agreement": "A written promise about a service: who gives it, who gets it, how fast and when. An agreement "
        "with users is called an SLA, one inside the team an OLA, one with a supplier a contract.",
        "calendar": "The hours in which time counts, with holidays. Time outside these hours never counts.",
        "claim": "What the ticket system itself says: its own due time, its own met or missed. We compare it with "
        "ours. We never take it over.",
        "clock": "It counts the time of one target on one ticket. It runs, is paused, or has stopped.",
        "counted": "Time that the clock counted: inside opening hours and not paused.",
        "due": "The moment by which something was promised.",
        "event": "One thing that happened to a ticket, with its time: opened, paused, resolved.",
        "issued": "Fixed for good, with a number. What is issued never changes.",
        "limit": "How long a target allows, such as 8 hours of opening time.",
        "mapping": "A text file that says how to read the file from your ticket system.",
        "met": "Done at or before the due moment.",
        "missed": "The due moment passed first. This stays so, whatever happens later.",
        "near": "Kept, but close to the edge. In a month: three quarters or more of the misses that are allowed are "
        "used up.",
        "no data": "Nothing was decided in that time. This is neither good nor bad, and never shown as green.",
        "not agreed": "There is a figure, but nobody has agreed what it should be.",
        "number of cases (n)": "How many cases a percentage was made from. With fewer than 10, you see the counts "
        "and no percentage.",
        "outside hours": "Time in which the service is closed. It does not count.",
        "paused": "The clock stands still for a reason that the agreement lists, such as waiting for the user.",
        "priority": "How urgent a ticket is. It decides which limit holds.",
        "refused": "A row that could not be read, or that breaks a rule. It is listed with the reason, and not used.",
        "report": "What was promised and kept in a month, for people to read.",
        "representative": "Somebody who speaks for a group of users.",
        "requirement": "What a group of users needs of a service, in their own words. It is no promise yet.",
        "restatement": "A new report for a month that has one already. It names the old one and says what changed.",
        "scope": "The part of the organisation that somebody's role is for: some services, customers or suppliers.",
        "service": "Something people use to get their work done, such as printing. Not the machine behind it.",
        "service level": "How well a service is given: how much of the time it is there, and how fast you get an "
        "answer and a result.",
        "service manager": "The person who looks after the promises: who agrees, measures, reports and reviews them.",
        "share": "The part of all cases that must be in time, such as 90 %.",
        "source": "The ticket system that a ticket comes from.",
        "spec sheet": "How a requirement is to be delivered: by whom, with what, at what cost. Only for staff inside.",
        "stage": "Who may read a report: first ICT staff, then a small pilot group, then all.",
        "supplier": "Somebody outside who delivers, such as the firm that looks after the copiers.",
        "target": "One promise that can be measured, such as: answer within 1 hour.",
        "team": "People who help together. The first line is asked first, the second line mends what it cannot.",
        "ticket": "A fault or a wish that somebody reported, with everything that happened to it.",
        "version": "An agreement as it was from a certain day. A ticket keeps the version of the day it was opened.",
    }
)
"""The glossary: each word in plain English."""
