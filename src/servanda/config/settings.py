"""Django's settings, read from the environment: SERVANDA_DATABASE, _DATA, _ADDRESS and _SIGN_ON.

`servanda.config.setup` is the way to get here; nothing is made or opened by importing this. The secret key is made when
it is first asked for, which no command does that serves no pages.
"""

import os

from csp.constants import NONE, SELF
from django.utils.functional import SimpleLazyObject

from servanda.config.addresses import address_of
from servanda.config.database_urls import database_of
from servanda.config.folders import own_folder
from servanda.config.secret_keys import secret_key
from servanda.config.sign_on import as_allauth, providers_of

_folder = own_folder(os.environ)
_address = address_of(os.environ)

_database = database_of(os.environ.get("SERVANDA_DATABASE"), _folder).as_django()
# To open a database takes as long as to answer from it, so each thread of the web program keeps its connection.
DATABASES = {"default": {**_database, "CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}}
INSTALLED_APPS = [
    "servanda.store",
    "servanda.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.saml",
    "csp",
    "django_htmx",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-gb"

# --- how pages come about ---

ROOT_URLCONF = "servanda.web.urls"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # it pads by chance, so that a length tells nothing of a secret
    "csp.middleware.CSPMiddleware",
    "servanda.web.middleware.Headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "servanda.web.middleware.Refusals",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "servanda.web.frame.frame",
            ],
        },
    }
]
STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # nothing is uploaded to keep as a file
    "staticfiles": {"BACKEND": "servanda.web.static_files.ByContent"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 7 * 24 * 60 * 60
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- who is let in ---

AUTH_USER_MODEL = "store.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email"]},
    },
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "start"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "servanda.web.adapter.Adapter"
ACCOUNT_FORMS = {
    "login": "servanda.web.account_forms.SignInForm",
    "change_password": "servanda.web.account_forms.NewPasswordForm",
    "reauthenticate": "servanda.web.account_forms.PasswordAgainForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "20/m/ip,5/5m/key",
    "change_password": "5/m/user",
    "set_up": "20/m/ip,5/5m/key",
    "sign_on": "60/m/ip",
    "sign_on_back": "60/m/ip",
    "reauthenticate": "20/5m/user",
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "servanda_session"
SESSION_COOKIE_AGE = 12 * 60 * 60
CSRF_COOKIE_NAME = "servanda_csrf"
CSRF_FAILURE_VIEW = "servanda.web.errors.stale_form"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "store_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},  # many who try must not push out what was counted of one
    }
}

# --- single sign-on ---

SIGN_ON = providers_of(os.environ, _folder)
SOCIALACCOUNT_ADAPTER = "servanda.web.sign_on_adapter.SignOnAdapter"
SOCIALACCOUNT_PROVIDERS = as_allauth(SIGN_ON)
SOCIALACCOUNT_REQUESTS_TIMEOUT = 10

# --- the second step ---

MFA_ADAPTER = "servanda.web.adapter.SecondStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "servanda.web.second_step_forms.CodeForm",
    "reauthenticate": "servanda.web.second_step_forms.CodeAgainForm",
    "activate_totp": "servanda.web.second_step_forms.AppForm",
    "authenticate_webauthn": "servanda.web.second_step_forms.PasskeyForm",
    "reauthenticate_webauthn": "servanda.web.second_step_forms.PasskeyAgainForm",
    "login_webauthn": "servanda.web.second_step_forms.PasskeySignInForm",
    "add_webauthn": "servanda.web.second_step_forms.AddPasskeyForm",
}
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}  # codes are counted as passwords are, by account
MFA_TOTP_ISSUER = "Servanda"
MFA_TOTP_TOLERANCE = 1  # clocks of telephones are some seconds off, and people read on until the last one
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True

# --- what is kept from whom ---

SECRET_KEY = SimpleLazyObject(lambda: secret_key(_folder))
ALLOWED_HOSTS = list(_address.hosts)
CSRF_TRUSTED_ORIGINS = list(_address.origins)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _address.secure
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if _address.secure else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _address.secure else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
