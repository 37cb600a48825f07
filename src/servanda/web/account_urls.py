"""The addresses of signing in: those parts of allauth that an organisation of few people needs, and set-up links."""

from allauth.account import views as allauth
from allauth.mfa.webauthn import views as webauthn
from django.urls import path
from django.views.decorators.http import require_http_methods, require_safe

from servanda.web.views import accounts, second_step, sign_on, sign_on_by_saml

asking = require_http_methods(["GET", "HEAD", "POST"])

urlpatterns = [
    path("sign-in/", asking(accounts.SignIn.as_view()), name="account_login"),
    path("sign-on/<slug:provider_id>/", sign_on.begin, name="sign_on"),
    path("sign-on/<slug:provider_id>/back/", sign_on.back, name="openid_connect_callback"),
    path("sign-on/<slug:provider_id>/assertion/", sign_on_by_saml.assertion, name="saml_acs"),
    path("sign-on/<slug:provider_id>/arrived/", sign_on_by_saml.arrived, name="saml_arrived"),
    path("sign-on/<slug:provider_id>/signed-out/", sign_on_by_saml.signed_out, name="saml_sls"),
    path("sign-on/<slug:provider_id>/metadata/", sign_on_by_saml.metadata, name="saml_metadata"),
    path("sign-on/<slug:provider_id>/connect/", sign_on.connect, name="sign_on_connect"),
    path("sign-on/connected/<int:number>/disconnect/", sign_on.disconnect, name="sign_on_disconnect"),
    path("sign-out/", asking(allauth.logout), name="account_logout"),
    path("password/", asking(accounts.password), name="account_change_password"),
    path("forgotten/", accounts.forgotten, name="account_reset_password"),
    path("second-step/", asking(second_step.Asked.as_view()), name="mfa_authenticate"),
    path("passkey/", asking(webauthn.login_webauthn), name="mfa_login_webauthn"),
    path("again/", asking(second_step.PasswordAgain.as_view()), name="account_reauthenticate"),
    path("again/code/", asking(second_step.CodeAgain.as_view()), name="mfa_reauthenticate"),
    path("again/passkey/", asking(second_step.PasskeyAgain.as_view()), name="mfa_reauthenticate_webauthn"),
    path("security/", second_step.overview, name="mfa_index"),
    path("security/app/", asking(second_step.SetUpApp.as_view()), name="mfa_activate_totp"),
    path("security/app/off/", asking(second_step.TurnAppOff.as_view()), name="mfa_deactivate_totp"),
    path("security/codes/", require_safe(second_step.Codes.as_view()), name="mfa_view_recovery_codes"),
    path("security/codes/new/", asking(second_step.NewCodes.as_view()), name="mfa_generate_recovery_codes"),
    path("security/passkeys/add/", asking(second_step.AddPasskey.as_view()), name="mfa_add_webauthn"),
    path("security/passkeys/<int:pk>/remove/", asking(second_step.RemovePasskey.as_view()), name="mfa_remove_webauthn"),
    path("theme/", accounts.theme, name="theme"),
    path("set-up/<str:secret>/", accounts.set_up, name="set_up"),
]
