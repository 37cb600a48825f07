"""A table of the catalogue, taken up again: first the plan of what it would change, then all of it or nothing."""

import tempfile
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render

from servanda.bad_input import BadInput
from servanda.engine.canonical import plain, revive
from servanda.engine.catalogue import CatalogueEntry
from servanda.engine.rights import Action
from servanda.files.catalogue_tables import SUFFIXES, RefusedTable
from servanda.reports import catalogue_plan
from servanda.reports.catalogue_plan import Plan
from servanda.services import catalogue as doing
from servanda.web.pages import ASKING, DOING, OrganisationRequest, page

HELD_FOR = timedelta(hours=2)
"""How long a plan may be looked at before it is to be kept."""

MOST_SHOWN = 200
LARGEST_SENT = 900_000
"""How many bytes a table may have that is sent, and a plan between the two forms: no request holds more than 1 MB."""


@page(Action.WRITE_CATALOGUE, methods=ASKING)
def upload(request: OrganisationRequest) -> HttpResponse:
    """Ask for a table, and show what it would change."""
    if request.method != "POST":
        return render(request, "catalogue/upload.html", {"largest": LARGEST_SENT // 1_000})
    try:
        plan = _plan(request)
        held = _held(request, plan) if plan.can_be_kept else ""
    except BadInput as refusal:
        context = {"refusal": refusal, "largest": LARGEST_SENT // 1_000}
        return render(request, "catalogue/upload.html", context, status=400)
    context = {
        "plan": plan,
        "refused": plan.refused[:MOST_SHOWN],
        "names": {id: plan.entries[id].name for id in plan.new},
        "held": held,
    }
    return render(request, "catalogue/plan.html", context, status=400 if plan.refused else 200)


def _plan(request: OrganisationRequest) -> Plan:
    """Return the plan of the table that is sent; its name says nothing but how it ends."""
    sent = request.FILES.get("table")
    if not isinstance(sent, UploadedFile) or not sent.size:
        raise RefusedTable("No file was sent.", expected="a table", mend="Choose one.")
    suffix = Path(sent.name or "").suffix.lower()
    if suffix not in SUFFIXES:
        raise RefusedTable(
            "The name of the file ends neither with .csv nor with .xlsx.",
            expected="a CSV file or a workbook",
            mend="Save the table as one of them.",
        )
    if sent.size > LARGEST_SENT:
        raise RefusedTable(
            f"The file has {sent.size:,} bytes.",
            expected=f"at most {LARGEST_SENT:,}",
            mend="Split the table, or keep it with the command `servanda catalogue apply`.",
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table{suffix}"
        path.write_bytes(sent.read())
        return catalogue_plan.of_table(request.viewer, path, now=request.now)


@page(Action.WRITE_CATALOGUE, methods=DOING)
def keep(request: OrganisationRequest) -> HttpResponse:
    """Keep what was planned, as it was shown."""
    entries, after = _planned(request)
    applied = doing.apply(request.viewer, entries, now=request.now, after=after)
    new, changed = len(applied.new), len(applied.changed)
    messages.success(request, f"It is kept: {new} new, {changed} changed, {len(applied.same)} as they were.")
    return redirect("catalogue", request.organisation_slug)


# --- what is held between the plan and the keeping ---


def _salt(request: OrganisationRequest) -> str:
    return f"catalogue-table/{request.organisation_slug}/{request.viewer.person}"


def _held(request: OrganisationRequest, plan: Plan) -> str:
    """Return the plan in one signed text, for this person alone, to be sent back as it is.

    A service that the table says nothing new of is left out. New ones are to be new still.
    """
    listed = {*plan.new, *(each.service for each in plan.changed)}
    told = {
        "entries": {id: plain(entry) for id, entry in plan.entries.items() if id in listed},
        "after": {**dict.fromkeys(plan.new, 0), **plan.numbers},
    }
    held = signing.dumps(told, salt=_salt(request), compress=True)
    if len(held) > LARGEST_SENT:
        raise RefusedTable(
            "The table changes more than one form can hold.",
            expected="fewer changes at once",
            mend="Split the table, or keep it with the command `servanda catalogue apply`.",
        )
    return held


def _planned(request: OrganisationRequest) -> tuple[Mapping[str, CatalogueEntry], Mapping[str, int]]:
    try:
        told: dict[str, Any] = signing.loads(request.POST.get("held", ""), salt=_salt(request), max_age=HELD_FOR)
    except signing.BadSignature:
        raise BadInput(
            "The plan that was sent is not the one that was shown, or it is too old.",
            expected="a plan of the last two hours",
            mend="Send the table once more.",
        ) from None
    return {id: revive(CatalogueEntry, content) for id, content in told["entries"].items()}, told["after"]
