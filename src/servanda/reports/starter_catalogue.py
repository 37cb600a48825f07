"""Twenty services that most schools have, to begin a catalogue with: each to be corrected, agreed, or left out."""

from servanda.engine.catalogue import CatalogueEntry


def _service(name: str, description: str, process: str = "") -> CatalogueEntry:
    return CatalogueEntry(name=name, description=description, process=process)


SCHOOL: tuple[CatalogueEntry, ...] = (
    _service("Signing in", "Sign in once at any school device and find your own work.", "every lesson that uses ICT"),
    _service("Internet", "Reach websites that are allowed for your age, from anywhere in school."),
    _service("Wireless network", "Connect a school device, or your own where that is allowed."),
    _service("E-mail", "Send and receive mail and share calendars.", "messages between staff and to families"),
    _service("Files", "Keep your work, share it with your class, and get back what you deleted by mistake."),
    _service("Printing", "Print and copy near your room.", "worksheets and letters home"),
    _service("Pupil records", "Look up pupils, their families and their timetable.", "the school office each day"),
    _service("Registration", "Take the register at the start of the day and of each lesson.", "attendance by law"),
    _service("Assessment", "Record marks and make reports for families.", "reports at the end of term"),
    _service("Examinations", "Enter candidates and sit examinations on screen.", "examinations"),
    _service("Learning platform", "Set work, hand it in and give feedback, in school and at home."),
    _service("Classroom display", "Show lessons, films and pupils’ work to the whole class.", "every lesson"),
    _service("ICT rooms", "Teach a whole class with a computer for each pupil.", "lessons that are booked ahead"),
    _service("Devices on loan", "Borrow a device for a lesson, or for home where there is none."),
    _service("Working from home", "Reach files, mail and records safely from outside school."),
    _service("School website", "Tell families what is on and what has changed.", "closures and dates"),
    _service("Telephones", "Call and be called, and hear announcements.", "safety and the school office"),
    _service("Library", "Find, borrow and return books."),
    _service("Catering payments", "Pay for meals and trips without cash.", "lunch each day"),
    _service("Finance", "Order, pay and keep to the budget.", "orders and salaries"),
)
