"""What somebody who opens a set-up link is asked for."""

from zoneinfo import available_timezones

from django import forms

from servanda.services.accounts import LONGEST_ADDRESS, LONGEST_PASSWORD, FirstOrganisation
from servanda.store.keepable import LONGEST_NAME

ADDRESS_HELP = "You sign in with it. Servanda sends no mail yet."
PASSWORD_HELP = "At least 12 characters; three or four words in a row are easy to keep in mind."


def zones() -> list[tuple[str, str]]:
    """Return the zones to choose from, by area and city."""
    named = sorted(each for each in available_timezones() if "/" in each and not each.startswith(("Etc/", "posix")))
    return [("", "Choose the zone"), ("UTC", "UTC"), *((each, each.replace("_", " ")) for each in named)]


class PasswordForm(forms.Form):
    """An address and a password, which is asked for once: it can be shown, and a new link mends a slip."""

    email = forms.EmailField(
        label="Your e-mail address",
        help_text=ADDRESS_HELP,
        max_length=LONGEST_ADDRESS,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label="Password",
        help_text=PASSWORD_HELP,
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class FirstOrganisationForm(PasswordForm):
    """The organisation, and who administers it."""

    organisation_name = forms.CharField(label="Name of your organisation", max_length=LONGEST_NAME)
    zone = forms.ChoiceField(
        label="Time zone", choices=zones, help_text="Working hours, due times and months are told in it."
    )
    person_name = forms.CharField(
        label="Your name", max_length=LONGEST_NAME, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )

    field_order = ("organisation_name", "zone", "person_name", "email", "password")

    def told(self) -> FirstOrganisation:
        """Return what was told of the organisation."""
        given = self.cleaned_data
        return FirstOrganisation(given["organisation_name"], given["zone"], given["person_name"])
