"""Serving that is killed: the real program over a prepared database, one person who issues a report, and the end of it.

A round starts the program, signs in, sends the order to issue, kills the web program, the worker or everything at some
moment of it, and looks at what is left: one report with all its files under one number, or none; and, once the program
serves again, exactly one.
"""

import http.client
import os
import random
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from django.core.management import call_command
from django.db import connections

from servanda import wall_time
from servanda.engine.rights import Assignment, Role
from servanda.reports.monthly import issuing, rendering
from servanda.reports.monthly.verification import differences
from servanda.services import accounts, people, reports
from servanda.store import models, translate
from tests.architecture.sources import ROOT
from tests.databases import work_on
from tests.plain_browser import GONE, TOKEN, PlainBrowser, found
from tests.reports.months import JUNE, keep_june
from tests.rig.kills_databases import Copies
from tests.services.hill import NOW

EMAIL, PASSWORD = "kim@hill.example", "nine words are better than one"
MONTH = "/o/hill/reports/2018-06/"
FIGURES = re.compile(r'name="figures" value="([^"]+)"')
VICTIMS = ("web", "worker", "all")


def order(kim: PlainBrowser) -> dict[str, str]:
    """Open the draft of the month and return what its button sends."""
    _, form = kim.see(MONTH)
    return {"csrfmiddlewaretoken": found(TOKEN, form), "figures": found(FIGURES, form)}


def issue(kim: PlainBrowser, ordered: dict[str, str]) -> bool:
    """Press the button; return whether the answer said that it is done."""
    try:
        return kim.send(f"{MONTH}issue/", ordered)[0] == http.client.FOUND
    except GONE:
        return False


@contextmanager
def signed_in(port: int) -> Iterator[PlainBrowser]:
    """Give a browser in which Kim is signed in."""
    with closing(PlainBrowser(port)) as kim:
        kim.sign_in(EMAIL, PASSWORD)
        yield kim


@dataclass(frozen=True, slots=True)
class Told:
    """What a round came to: who was killed and when, whether the report was there, and what was wrong."""

    victim: str
    after: float
    acknowledged: bool
    issued: bool
    faults: tuple[str, ...]


def prepare(copies: Copies, folder: Path) -> None:
    """Keep Hill School with its June checked and ready to be issued, and with a person who can sign in."""
    work_on(copies.url)
    call_command("migrate", verbosity=0)
    own = keep_june(folder)
    kim = models.Person.objects.create(organisation=own, slug="kim", name="Kim")
    for role in (Role.ADMINISTRATOR, Role.SERVICE_MANAGER):
        translate.record_of_assignment(Assignment(role), kim).save()
    now = wall_time.now()
    viewer = people.viewer(own, "kim", now=now)
    accounts.choose_password(accounts.invite(viewer, "kim", now=now), EMAIL, PASSWORD, now=now)
    reports.check(viewer, JUNE, issuing.prepare(viewer, JUNE, NOW), now=NOW)
    connections.close_all()
    copies.keep()


@contextmanager
def served(copies: Copies, folder: Path) -> Iterator[tuple[psutil.Process, int]]:
    """Serve the database, and give the process that was started and its port; whatever is left of it is killed."""
    own = {"SERVANDA_DATABASE": copies.url, "SERVANDA_DATA": f"{folder}", "PYTHONPATH": f"{ROOT / 'src'}"}
    command = [sys.executable, "-m", "servanda", "serve", "--port", "0"]
    with subprocess.Popen(
        command, env={**os.environ, **own}, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as serving:
        assert serving.stdout is not None
        said = serving.stdout.readline()
        started = psutil.Process(serving.pid)
        try:
            yield started, int(said.split("/ ")[0].rpartition(":")[2])
        finally:
            kill(started, "all")


def kill(started: psutil.Process, victim: str) -> None:
    """Kill the web program, the worker, or everything together with what watches over the two."""
    try:
        children = [*started.children(recursive=True)]
        chosen = [started, *children] if victim == "all" else [each for each in children if _is(each, victim)]
    except psutil.NoSuchProcess:
        return
    for each in chosen:
        try:
            each.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs([each for each in chosen if each != started])


def _is(process: psutil.Process, victim: str) -> bool:
    worker = process.cmdline()[-1:] == ["work"]
    return worker if victim == "worker" else not worker


def takes(copies: Copies, folder: Path) -> float:
    """Return how many seconds it takes to issue the report, when nothing is killed."""
    copies.put_back()
    with served(copies, folder) as (_, port), signed_in(port) as kim:
        ordered = order(kim)
        begun = time.monotonic()
        assert issue(kim, ordered)
        return time.monotonic() - begun


def round_of(copies: Copies, folder: Path, chance: random.Random, longest: float) -> Told:
    """Kill at a moment drawn by chance, and look at what is left."""
    copies.put_back()
    victim, after = chance.choice(VICTIMS), chance.uniform(0, longest)
    answers: list[bool] = []
    with served(copies, folder) as (started, port), signed_in(port) as kim:
        ordered = order(kim)
        pressing = threading.Thread(target=lambda: answers.append(issue(kim, ordered)))
        pressing.start()
        time.sleep(after)
        kill(started, victim)
        pressing.join()
    copies.settle()
    numbers = _numbers(copies)
    faults = [*copies.faults(), *_faults(numbers)]
    if answers[0] and not numbers:
        faults.append("the report was said to be issued, and is not there")
    if not numbers:
        faults += _issued_after_all(copies, folder)
    return Told(victim, after, answers[0], bool(numbers), tuple(faults))


def _issued_after_all(copies: Copies, folder: Path) -> list[str]:
    """Return what is wrong when the program serves again and the button is pressed once more."""
    with served(copies, folder) as (_, port), signed_in(port) as kim:
        done = issue(kim, order(kim))
    copies.settle()
    numbers = _numbers(copies)
    return [*_faults(numbers), *([] if done and numbers else ["it could not be issued afterwards"])]


def _numbers(copies: Copies) -> list[int]:
    """Return the numbers of the reports that are there."""
    work_on(copies.url)
    return list(models.Report.objects.order_by("number").values_list("number", flat=True))


def _faults(numbers: list[int]) -> list[str]:
    """Return what is wrong with the reports of the database that is worked on, and let go of it."""
    own = models.Organisation.objects.get()
    faults = [f"numbers {numbers}"] if numbers not in ([], [1]) else []
    files = models.ReportFile.objects.count()
    if files != len(numbers) * len(rendering.FORMS):
        faults.append(f"{files} files of {len(numbers)} reports")
    if models.ReportDraft.objects.count() != 1 - len(numbers):
        faults.append(f"{models.ReportDraft.objects.count()} drafts beside {len(numbers)} reports")
    viewer = people.viewer(own, "kim", now=wall_time.now())
    faults += [str(each) for each in differences(viewer)]
    connections.close_all()
    return faults
