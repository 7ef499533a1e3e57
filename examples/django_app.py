"""A portal with Django and mozilla-django-oidc in one file, an ordinary OpenID client of Portico.

README.md says how to run it. A project of several files takes the lines of
docs/portals/mozilla-django-oidc.md.
"""

import os
import secrets
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.management import call_command, execute_from_command_line

ISSUER = os.environ["PORTICO_ISSUER"]
PORTAL_URL = os.environ["PORTAL_URL"]

settings.configure(
    # A real portal keeps its secret elsewhere, and its users in a database on disk.
    SECRET_KEY=secrets.token_urlsafe(),
    DEBUG=PORTAL_URL.startswith("http:"),
    ALLOWED_HOSTS=[urlsplit(PORTAL_URL).hostname],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "mozilla_django_oidc",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    SESSION_COOKIE_SECURE=PORTAL_URL.startswith("https:"),
    USE_TZ=True,
    AUTHENTICATION_BACKENDS=[f"{__name__}.ContactBackend"],
    OIDC_USE_PKCE=True,
    OIDC_RP_CLIENT_ID=os.environ["PORTAL_CLIENT_ID"],
    OIDC_RP_CLIENT_SECRET=os.environ["PORTAL_CLIENT_SECRET"],
    OIDC_RP_SIGN_ALGO="RS256",
    OIDC_RP_SCOPES="openid email profile",
    OIDC_OP_AUTHORIZATION_ENDPOINT=f"{ISSUER}/oauth2/authorize",
    OIDC_OP_TOKEN_ENDPOINT=f"{ISSUER}/oauth2/token",
    OIDC_OP_USER_ENDPOINT=f"{ISSUER}/oauth2/userinfo",
    OIDC_OP_JWKS_ENDPOINT=f"{ISSUER}/.well-known/jwks.json",
    OIDC_STORE_ID_TOKEN=True,
    OIDC_OP_LOGOUT_URL_METHOD=f"{__name__}.sign_out_url",
    LOGIN_URL="/login",
    LOGIN_REDIRECT_URL="/",
    LOGOUT_REDIRECT_URL="/",
    LOGIN_REDIRECT_URL_FAILURE="/sign-in-trouble",
)

import django  # noqa: E402 - what follows needs the settings

django.setup()

from django.contrib.auth.decorators import login_required  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.middleware.csrf import get_token  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils.html import format_html  # noqa: E402
from mozilla_django_oidc import views  # noqa: E402
from mozilla_django_oidc.auth import OIDCAuthenticationBackend  # noqa: E402


class ContactBackend(OIDCAuthenticationBackend):
    """A contact is their `sub`, which never changes. An email may change."""

    def get_username(self, claims):
        return claims["sub"]

    def filter_users_by_claims(self, claims):
        return self.UserModel.objects.filter(username=claims["sub"])

    def create_user(self, claims):
        return self.update_user(super().create_user(claims), claims)

    def update_user(self, user, claims):
        user.email, user.first_name = claims["email"], claims["name"]
        user.save()
        return user


def sign_out_url(request):
    query = {
        "id_token_hint": request.session["oidc_id_token"],
        "post_logout_redirect_uri": f"{PORTAL_URL}/",
    }
    return f"{ISSUER}/oauth2/end_session?{urlencode(query)}"


def page(body, status=200):
    start = '<!doctype html><meta charset="utf-8"><title>Help center</title><h1>Help center</h1>'
    return HttpResponse(start + body, status=status)


def home(request):
    if not request.user.is_authenticated:
        return page('<p role="status">You are not signed in.</p><a href="/login">Sign in</a>')
    return page(
        format_html(
            '<p role="status">Hello, {}</p><form method="post" action="/sign-out">'
            '<input type="hidden" name="csrfmiddlewaretoken" value="{}">'
            "<button>Sign out</button></form>",
            request.user.first_name,
            get_token(request),
        )
    )


@login_required
def ticket(request, number):
    return page(
        format_html('<p role="status">Ticket {} of {}</p>', number, request.user.first_name)
    )


def trouble(_):
    return page('<p role="alert">You are not signed in.</p><a href="/login">Try again</a>', 400)


urlpatterns = [
    path("", home),
    path("tickets/<int:number>", ticket),
    path("sign-in-trouble", trouble),
    path("login", views.OIDCAuthenticationRequestView.as_view(), name="oidc_authentication_init"),
    path(
        "callback",
        views.OIDCAuthenticationCallbackView.as_view(),
        name="oidc_authentication_callback",
    ),
    path("sign-out", views.OIDCLogoutView.as_view(), name="oidc_logout"),
]

if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    where = urlsplit(PORTAL_URL)
    # One process and one thread: the database is this process's memory.
    options = ["--noreload", "--nothreading"]
    execute_from_command_line(["django", "runserver", f"127.0.0.1:{where.port}", *options])
