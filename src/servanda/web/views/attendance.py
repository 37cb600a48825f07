"""Attendance: who of those who speak for users came to which meeting."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from servanda.engine.rights import Action
from servanda.queries import attendance as kept
from servanda.queries.attendance import Attendance
from servanda.services import attendance as doing
from servanda.services.attendance import AttendanceRefused
from servanda.web.pages import DOING, OrganisationRequest, may_do, page
from servanda.web.people_forms import MeetingForm


@page(Action.SEE_PEOPLE)
def attendance(request: OrganisationRequest) -> HttpResponse:
    """Show who came to the last meetings, and ask about another."""
    found = kept.of(request.viewer)
    return _attendance_page(request, found, _form(found, None, initial={"on": request.viewer.on}))


def _form(found: Attendance, told: Any, **more: Any) -> MeetingForm:
    return MeetingForm(told, [each.person for each in found.representatives], **more)


def _attendance_page(request: OrganisationRequest, found: Attendance, form: MeetingForm) -> HttpResponse:
    context = {
        "found": found,
        "rows": [(each, [(on, each.present.get(on)) for on in found.meetings]) for each in found.representatives],
        "form": form if may_do(request.viewer, Action.NOTE_ATTENDANCE) and found.representatives else None,
    }
    return render(request, "people/attendance.html", context, status=400 if form.errors else 200)


@page(Action.NOTE_ATTENDANCE, methods=DOING)
def note(request: OrganisationRequest) -> HttpResponse:
    """Keep who came to a meeting; where that is refused, say so beside the form."""
    found = kept.of(request.viewer)
    form = _form(found, request.POST)
    if not (form.is_valid() and _noted(request, form)):
        return _attendance_page(request, found, form)
    messages.success(request, "It is noted who came.")
    return redirect("attendance", request.organisation_slug)


def _noted(request: OrganisationRequest, form: MeetingForm) -> bool:
    told = form.cleaned_data
    try:
        doing.note(request.viewer, told["on"], told["present"], now=request.now)
    except AttendanceRefused as refusal:
        form.add_error("on", f"{refusal.found} {refusal.mend}")
        return False
    return True
