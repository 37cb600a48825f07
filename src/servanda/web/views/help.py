"""Help: pages of text that come with the program, for anybody, without an account and without a network."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from servanda import __version__
from servanda.engine import zones
from servanda.reports.roles import ROLES
from servanda.web.help_pages import ENDS, GUIDE, PAGES, SCREENS, TERMS

_SECTIONS = (("The work", GUIDE), ("Each screen", SCREENS), ("More", ENDS))


@require_safe
def contents(request: HttpRequest) -> HttpResponse:
    """Show what there is help about."""
    return render(request, "help/contents.html", {"sections": _SECTIONS})


@require_safe
def page(request: HttpRequest, screen: str) -> HttpResponse:
    """Show a page of help, with the words that it uses."""
    shown = PAGES.get(screen)
    if shown is None:
        raise Http404
    used = TERMS if screen == "glossary" else {each: TERMS[each] for each in sorted(shown.terms)}
    told = {"shown": shown, "terms": used, "sections": _SECTIONS, "zones": zones.VERSION, "version": __version__}
    return render(request, shown.template, {**told, "roles": list(ROLES.values())})
