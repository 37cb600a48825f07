"""The addresses of signing in: those parts of allauth that an organisation of few people needs, and set-up links."""

from allauth.account import views as allauth
from django.urls import path
from django.views.decorators.http import require_http_methods

from servanda.web.views import accounts

asking = require_http_methods(["GET", "HEAD", "POST"])

urlpatterns = [
    path("sign-in/", asking(allauth.login), name="account_login"),
    path("sign-out/", asking(allauth.logout), name="account_logout"),
    path("password/", asking(accounts.password), name="account_change_password"),
    path("forgotten/", accounts.forgotten, name="account_reset_password"),
    path("theme/", accounts.theme, name="theme"),
    path("set-up/<str:secret>/", accounts.set_up, name="set_up"),
]
