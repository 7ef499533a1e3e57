"""A Django project with the lines of a page of docs/portals, which lie where it is started."""

import sys
from pathlib import Path
from types import ModuleType
from typing import Any
from wsgiref.simple_server import make_server

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core import mail
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.urls import path

sys.path.insert(0, str(Path.cwd()))

# What `django-admin startproject` writes, as far as it matters here.
PROJECT: dict[str, Any] = {
    "SECRET_KEY": "of this test alone",
    "ALLOWED_HOSTS": ["127.0.0.1"],
    "INSTALLED_APPS": [
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
    ],
    "MIDDLEWARE": [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    "ROOT_URLCONF": "project_urls",
    "TEMPLATES": [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    "DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
    "EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend",
    "USE_TZ": True,
    "LOGGING": {
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"stderr": {"class": "logging.StreamHandler"}},
        "root": {"handlers": ["stderr"]},
    },
}
mail.outbox = []


def whoami(request: HttpRequest) -> JsonResponse:
    get_token(request)
    user = request.user
    told = {"signed_in": user.is_authenticated, "mails": len(mail.outbox)}
    if user.is_authenticated:
        told |= {"username": user.username, "email": user.email, "name": user.first_name}
    return JsonResponse(told)


@login_required  # type: ignore[untyped-decorator]
def ticket(_: HttpRequest, number: int) -> HttpResponse:
    return HttpResponse(f"Ticket {number}")


def with_lines_of(file: str, known: dict[str, Any]) -> dict[str, Any]:
    exec(Path(file).read_text(), known)  # noqa: S102 - the lines of our own page
    return known


settings.configure(
    **{name: each for name, each in with_lines_of("settings.py", PROJECT).items() if name.isupper()}
)
import django  # noqa: E402 - once it is configured

django.setup()
call_command("migrate", verbosity=0)
project_urls = ModuleType("project_urls")
own = [
    path("", whoami),
    path("whoami.json", whoami),
    path("tickets/<int:number>", ticket),
]
patterns = with_lines_of("urls.py", {"__name__": "urls", "urlpatterns": own})["urlpatterns"]
project_urls.__dict__["urlpatterns"] = patterns
sys.modules["project_urls"] = project_urls

from django.core.wsgi import get_wsgi_application  # noqa: E402

make_server("127.0.0.1", int(sys.argv[1]), get_wsgi_application()).serve_forever()
