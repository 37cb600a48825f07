"""What each role is, in words: its duties, who usually has it, what its holder sees, and what must be true of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from servanda.engine.rights import Assignment, Role


@dataclass(frozen=True, slots=True)
class RoleWords:
    """A role as people choose it; `confirmations` are what is asked of whoever gives it, by the word that is kept."""

    role: Role
    name: str
    duties: str
    usually: str
    sees: str
    confirmations: Mapping[str, str] = field(default_factory=dict)


ROLES: Mapping[Role, RoleWords] = MappingProxyType(
    {
        each.role: each
        for each in (
            RoleWords(
                Role.SERVICE_MANAGER,
                "Service manager",
                "Owns the promises: agrees them, measures them, reports and reviews.",
                "ICT manager, ICT co-ordinator, network manager, technician",
                "Everything but backups. Brings in tickets and issues reports.",
                MappingProxyType(
                    {
                        "from support": "comes from within technical support or ICT",
                        "overview": "has an overview of what support provides",
                    }
                ),
            ),
            RoleWords(
                Role.REPRESENTATIVE,
                "Representative",
                "Speaks for a group of users: says what they need, reads the report, comes to the review.",
                "teacher, teaching assistant, pupil, somebody from the office",
                "Tickets, results, agreements and requirements in their part, and reports that are released to them.",
                MappingProxyType(
                    {
                        "willing": "is willing to bring together what users say and to come to reviews",
                        "able": "has the time for it",
                    }
                ),
            ),
            RoleWords(
                Role.TECHNICIAN,
                "Technician",
                "Mends things. Pauses a ticket only for a reason that is agreed.",
                "technician, network manager, help desk",
                "Tickets, services, agreements, requirements and how they are delivered, reports.",
            ),
            RoleWords(
                Role.EXECUTIVE,
                "Executive",
                "Decides, pays, and signs.",
                "head teacher, governor, head of department",
                "Results, agreements, requirements and released reports. No single tickets.",
            ),
            RoleWords(
                Role.SUPPLIER_CONTACT,
                "Supplier contact",
                "Speaks for a supplier.",
                "account manager of a supplier",
                "Only tickets that were handed to that supplier, and what is asked of it.",
            ),
            RoleWords(
                Role.AUDITOR,
                "Auditor",
                "Checks.",
                "auditor, somebody from another school",
                "Everything in their part. Changes nothing.",
            ),
            RoleWords(
                Role.ADMINISTRATOR,
                "Administrator",
                "Runs the program: people, backup, restore.",
                "whoever looks after the servers",
                "Everything.",
            ),
        )
    }
)

CONFIRMATIONS: Mapping[str, str] = MappingProxyType(
    {word: told for each in ROLES.values() for word, told in each.confirmations.items()}
)


def scope_words(
    assignment: Assignment, customers: Mapping[str, str], services: Mapping[str, str], suppliers: Mapping[str, str]
) -> str:
    """Return for whom and for what a role is: `everybody and everything`, or the names that limit it."""
    scope = assignment.scope
    named = (
        ", ".join(sorted(customers.get(each, each) for each in scope.customers)),
        ", ".join(sorted(services.get(each, each) for each in scope.services)),
        ", ".join(sorted(suppliers.get(each, each) for each in scope.suppliers)),
    )
    return "; ".join(filter(None, named)) or "everybody and everything"
