"""Settings, all from the environment: `docs/operating.md` has the table of variables.

Secure by default: without DEBUG the site refuses to start with a weak key or an open host list,
and expects to be served over HTTPS (HTTPS=0 is for a laptop).
"""

import logging
from datetime import timedelta
from pathlib import Path

from csp.constants import NONE, SELF

from . import env, logs, reporting

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = env.boolean("DEBUG")
SECRET_KEY = env.secret_key("SECRET_KEY", debug=DEBUG)
ALLOWED_HOSTS = env.hosts("ALLOWED_HOSTS", debug=DEBUG)
ADMIN_PATH = env.path("ADMIN_PATH", "admin/")  # where the curators work; refused by urls.py if pages are there

# What readers see
SITE_NAME = env.text("SITE_NAME", "Trait d’union")
SITE_TAGLINE = env.text("SITE_TAGLINE", "école & centre social")
CONTACT_EMAIL = env.text("CONTACT_EMAIL")  # shown on the public pages when it is set
PUBLISHER = env.text("PUBLISHER")  # who answers for the site: named in the legal notice
HOSTING = env.text("HOSTING")  # who hosts it: named in the legal notice
SITE_URL = env.site_url("SITE_URL", "http://127.0.0.1:8000" if DEBUG else "")  # begins the links of what we send

INSTALLED_APPS = [
    "partenariat.apps.PartenariatAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "partenariat.apps.ConnexionsConfig",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "csp",
    "reversion",
    "taggit",
    "partenariat.apps.PartenariatConfig",
    "fiches",
    "acteurs",
]

MIDDLEWARE = [
    "partenariat.timing.timing",
    "partenariat.shedding.shedding",
    "partenariat.page_cache.page_cache",
    "partenariat.headers.security_headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "partenariat.faults.Sessions",
    "django.middleware.common.CommonMiddleware",
    "partenariat.limits.BodyLimits",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "partenariat.second_factor.whole_login",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "partenariat.urls"
WSGI_APPLICATION = "partenariat.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "partenariat.context.site",
            ],
            "builtins": ["acteurs.templatetags.marks", "acteurs.templatetags.typo"],
        },
    },
]

# Databases. PostgreSQL by DATABASE_URL; the embedded default needs nothing.
DATABASES = {"default": env.database("DATABASE_URL", default_file=BASE_DIR / "data" / "partenariat.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FIXTURE_DIRS = [BASE_DIR / "fixtures"]

# Documents to download are kept here until the content changes, and their number at once is counted here.
WORK_DIR = env.text("WORK_DIR", str(BASE_DIR / "data" / "travail"))
PAGE_CACHE = env.boolean("PAGE_CACHE", not DEBUG)
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # Public pages, in each process: twice each, in both encodings, some 8 kB.
    "pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "TIMEOUT": None,
        "OPTIONS": {"MAX_ENTRIES": 1200},
    },
    "searches": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "searches",
        "TIMEOUT": None,
        "OPTIONS": {"MAX_ENTRIES": 400},
    },
    "documents": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": f"{WORK_DIR}/documents",
        "TIMEOUT": 7 * 24 * 60 * 60,  # seconds
        "OPTIONS": {"MAX_ENTRIES": 150},  # from 10 kB for a sheet to 5 MB for the PDF of all
    },
}

# Search: above so many sheets its index is updated rather than made again at each change (fiches/search/index.py).
SEARCH_INCREMENTAL_ABOVE = env.integer("SEARCH_INCREMENTAL_ABOVE", 5_000)

# E-mail: the weekly letter to the owners of sheets, the link of a forgotten password. Nothing else is ever sent.
EMAIL_BACKEND, _email = env.email("EMAIL_URL", debug=DEBUG)
EMAIL_HOST, EMAIL_PORT = _email["host"], _email["port"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _email["user"], _email["password"]
EMAIL_USE_TLS, EMAIL_USE_SSL = _email["tls"], _email["ssl"]
EMAIL_TIMEOUT = 20  # seconds
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", CONTACT_EMAIL or "webmaster@localhost")

# How long the link to the preview of a draft can be followed
PREVIEW_DAYS = env.integer("PREVIEW_DAYS", 7)

# Language and time
LANGUAGE_CODE = "fr"
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True

# Static files, served by the application itself: hashed, compressed once, cached for ever.
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "partenariat.storage.JoinedStaticFilesStorage"
        ),
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_ALLOW_ALL_ORIGINS = False
MEDIA_ROOT = env.text("MEDIA_ROOT", str(BASE_DIR / "media"))

# Backups. Public keys close an archive; the secret one opens it, and is needed on the day of a restoration only.
BACKUP_DIR = env.text("BACKUP_DIR", str(BASE_DIR / "backups"))
BACKUP_RECIPIENTS = env.listing("BACKUP_RECIPIENTS")
BACKUP_KEY = env.text("BACKUP_KEY")

# How much a request may say (bytes). A file of a report is let in by `partenariat.limits`, for who may send one.
DATA_UPLOAD_MAX_MEMORY_SIZE = 3_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4_000  # the fullest sheet of the content has some 430
DATA_UPLOAD_MAX_NUMBER_FILES = 4

# How long the journal tells who did what (months)
JOURNAL_MONTHS = env.integer("JOURNAL_MONTHS", 12)

# Who may come in. Five failures close the door for a quarter of an hour.
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "partenariat.doors.closed_door"
AXES_DISABLE_ACCESS_LOG = True  # successful logins are not kept
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_CLIENT_IP_CALLABLE = "partenariat.headers.client_address"
SESSION_COOKIE_AGE = 8 * 60 * 60  # seconds of inactivity
SESSION_SAVE_EVERY_REQUEST = True  # only for those who have a session: readers have none
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
PASSWORD_RESET_TIMEOUT = 60 * 60  # seconds that the link of a letter is worth
CSRF_FAILURE_VIEW = "partenariat.kept_text.csrf_failure"
CSRF_COOKIE_AGE = None  # gone with the browser's session
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Transport. HTTPS=0 only where nobody else can listen.
HTTPS = env.boolean("HTTPS", not DEBUG)
BEHIND_PROXY = env.boolean("BEHIND_PROXY", default=False)
REQUIRE_OTP = env.boolean("REQUIRE_OTP", HTTPS)  # a code after the password: else for those who installed it
OTP_TOTP_ISSUER = SITE_NAME  # the name that a phone shows over the code
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^sante(/pret)?$"]  # what watches the process speaks to it directly
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
if HTTPS:  # a browser takes a cookie of that name from this very host only, by HTTPS, for the whole site
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
SECURE_HSTS_SECONDS = env.integer("HSTS_SECONDS", 365 * 24 * 60 * 60) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS and env.boolean("HSTS_SUBDOMAINS", default=True)
SECURE_HSTS_PRELOAD = SECURE_HSTS_INCLUDE_SUBDOMAINS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

# Logs hold no personal data: see logs.py. Developers get whole errors. The login guard writes names and addresses, and
# the database's own logger writes queries with their values: they are kept quiet.
LOG_LEVEL = env.choice("LOG_LEVEL", "warning", ("debug", "info", "warning", "error", "critical")).upper()
LOG_FORMAT = env.choice("LOG_FORMAT", "text", tuple(logs.FORMATTERS))
SLOW_MS = env.integer("SLOW_MS", 1000)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": logs.FORMATTERS[LOG_FORMAT]},
        "debug": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "debug" if DEBUG else "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": ["console"], "level": LOG_LEVEL, "propagate": False},
        # Addresses that lead nowhere are no event, and robots try thousands.
        "django.request": {"level": "ERROR" if LOG_LEVEL == "WARNING" else LOG_LEVEL},
        "django.db.backends": {"level": "WARNING"},
        "axes": {"level": "CRITICAL"},
    },
}
logging.raiseExceptions = DEBUG  # a line that cannot be written is lost, rather than printed with all that it holds
if SENTRY_DSN := env.text("SENTRY_DSN"):
    reporting.start(SENTRY_DSN)
