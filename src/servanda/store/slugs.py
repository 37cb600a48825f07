"""Ids that people choose: short and plain, to be told apart, written in files and put into addresses."""

import re

from servanda.bad_input import BadInput

SLUG = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
LONGEST_SLUG = 64

PSEUDONYM = re.compile("p-[0-9a-f]{20}")
"""The id of a person whom only a source names; nobody who is added by hand has one of this form."""


class InvalidSlug(BadInput):
    """An id that could not be told apart from others, or not be written in a file or an address."""

    def __init__(self, of: str, slug: str) -> None:
        super().__init__(
            f"'{slug}' is no id of {of}",
            expected=f"up to {LONGEST_SLUG} of a-z, 0-9 and -, neither beginning nor ending with -",
            mend="Choose a short id, such as 'school' or 'kim'.",
        )


def check_slug(of: str, slug: str) -> None:
    """Raise `InvalidSlug` for an id that is not short and plain."""
    if len(slug) > LONGEST_SLUG or not SLUG.fullmatch(slug):
        raise InvalidSlug(of, slug)
