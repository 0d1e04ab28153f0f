"""Django's settings, all derived from ``configuration`` (what an installation may set)."""

from __future__ import annotations

import os
from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from lacarte.site import configuration, home
from lacarte.standards.mail.servers import SMTP, mail_server

PACKAGE = Path(__file__).resolve().parents[1]
CONFIGURED = configuration.read()
HOME: Path = CONFIGURED["home"]

SECRET_KEY = CONFIGURED["secret_key"] or home.secret_key(HOME)
DEBUG = CONFIGURED["debug"]
ALLOWED_HOSTS = CONFIGURED["allowed_hosts"]
DATABASES = {"default": home.database(CONFIGURED["database"], HOME)}
if test_database := os.environ.get("LACARTE_TEST_DATABASE_NAME"):
    DATABASES["default"]["TEST"] = {"NAME": test_database}
AUTH_USER_MODEL = "kernel.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "lacarte.kernel.apps.KernelConfig",
    "lacarte.registers.places",
    "lacarte.registers.people",
    "lacarte.registers.providers",
    "lacarte.registers.menu",
    "lacarte.registers.entitlement",
    "lacarte.loop.sensing",
    "lacarte.loop.needs",
    "lacarte.loop.priority",
    "lacarte.loop.matching",
    "lacarte.loop.orders.apps.OrdersConfig",
    "lacarte.loop.voice",
    "lacarte.loop.takeup",
    "lacarte.loop.planning",
    "lacarte.standards.mail",
    "lacarte.standards.openfisca.apps.OpenFiscaConfig",
    "lacarte.pages.design",
    "lacarte.pages.resident",
    "lacarte.pages.desk",
    "lacarte.pages.entitlement.apps.TablePagesConfig",
    "lacarte.pages.provider",
    "lacarte.pages.field",
    "lacarte.pages.delivering",
    "lacarte.pages.planner",
    "lacarte.pages.public",
    "lacarte.pages.operations",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lacarte.pages.design.context.frame",
                "lacarte.pages.desk.dangers.context",
            ],
        },
    }
]

FORM_RENDERER = "lacarte.pages.design.forms.Renderer"
ROOT_URLCONF = "lacarte.site.urls"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
CSRF_FAILURE_VIEW = "lacarte.pages.design.views.form_too_old"
WSGI_APPLICATION = "lacarte.site.wsgi.application"

LANGUAGE_CODE = CONFIGURED["language"]
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
if LANGUAGE_CODE not in dict(LANGUAGES):
    raise configuration.ConfigurationError(f"language: “{LANGUAGE_CODE}” is none of {', '.join(dict(LANGUAGES))}")
LOCALE_PATHS = [PACKAGE / "locale"]
FORMAT_MODULE_PATH = "lacarte.locale"
USE_TZ = True
TIME_ZONE = CONFIGURED["time_zone"]

STATIC_URL = "static/"
STATIC_ROOT = home.folder(HOME / "static")
# Leaflet's files come from the django-leaflet package; its Django app is not used.
STATICFILES_DIRS = [home.package_folder("leaflet", "static")]
WHITENOISE_USE_FINDERS = True
MEDIA_ROOT = HOME / "media"
OUTBOX = HOME / "outbox"
#: Who carries what is said to residents, by medium (loop/needs/messages/carriers.py).
CARRIERS = {
    "email": "lacarte.standards.mail.sending.Mail",
    "sms": "lacarte.standards.gateways.sending.Gateways",
    "chat": "lacarte.standards.gateways.sending.Gateways",
}
#: What looks for viruses in what is sent in (loop/needs/uploads/scanning.py).
SCANNER = "lacarte.standards.scanners.configured.configured"
_SMTP = mail_server(CONFIGURED["mail_smtp"], SMTP, CONFIGURED["mail_password"])
EMAIL_BACKEND = "lacarte.standards.mail.outbox.Outbox"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = CONFIGURED["mail_address"] or "lacarte@localhost"
if _SMTP:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = _SMTP.host, _SMTP.port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _SMTP.user, _SMTP.password
    EMAIL_USE_SSL, EMAIL_USE_TLS = _SMTP.whole, not (_SMTP.whole or _SMTP.plain)
FILE_UPLOAD_HANDLERS = [
    "lacarte.kernel.uploads.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = CONFIGURED["https"]
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 31_536_000 if CONFIGURED["https"] else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if CONFIGURED["https"] else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": CONFIGURED["log_level"]},
}
