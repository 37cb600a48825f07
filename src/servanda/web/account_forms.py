"""The forms of allauth in our words: each field named once, above it, with nothing written inside."""

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from django import forms

from servanda.web.set_up_forms import PASSWORD_HELP


def _named(form: forms.Form, **labels: str) -> None:
    for name, label in labels.items():
        form.fields[name].label = label
        form.fields[name].help_text = ""
        form.fields[name].widget.attrs.pop("placeholder", None)


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth ships no types
    """An address and a password."""

    def __init__(self, *args: object, **told: object) -> None:
        super().__init__(*args, **told)
        _named(self, login="E-mail address", password="Password")
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class NewPasswordForm(ChangePasswordForm):  # type: ignore[misc]  # allauth ships no types
    """The password of now, and a new one."""

    def __init__(self, *args: object, **told: object) -> None:
        super().__init__(*args, **told)
        _named(self, oldpassword="Password of now", password1="New password", password2="New password once more")
        self.fields["password1"].help_text = PASSWORD_HELP


class PasswordAgainForm(ReauthenticateForm):  # type: ignore[misc]  # allauth ships no types
    """The password once more, before something that only its owner may change."""

    def __init__(self, *args: object, **told: object) -> None:
        super().__init__(*args, **told)
        _named(self, password="Password")
