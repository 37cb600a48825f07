"""The people of the sample school, all of them invented, and what each is there."""

from servanda.engine.rights import Assignment, Role, Scope

PROVIDER = "robin-hart"
TEACHERS_SPEAKER, OFFICE_SPEAKER = "theo-lang", "ines-duarte"
HEAD, TECHNICIAN, SUPPLIER = "priya-nair", "dana-moss", "omar-haddad"
NETWORK_TEAM, COPIER_COMPANY = "Network team", "Copier company"

PEOPLE: tuple[tuple[str, str, Assignment], ...] = (
    (PROVIDER, "Robin Hart", Assignment(Role.SERVICE_MANAGER)),
    (TECHNICIAN, "Dana Moss", Assignment(Role.TECHNICIAN)),
    ("jo-ferris", "Jo Ferris", Assignment(Role.TECHNICIAN)),
    (TEACHERS_SPEAKER, "Theo Lang", Assignment(Role.REPRESENTATIVE, Scope(customers=frozenset({"teachers"})))),
    (OFFICE_SPEAKER, "Ines Duarte", Assignment(Role.REPRESENTATIVE, Scope(customers=frozenset({"office"})))),
    (HEAD, "Priya Nair", Assignment(Role.EXECUTIVE)),
    (SUPPLIER, "Omar Haddad", Assignment(Role.SUPPLIER_CONTACT, Scope(suppliers=frozenset({COPIER_COMPANY})))),
    ("olga-brandt", "Olga Brandt", Assignment(Role.AUDITOR)),
)
