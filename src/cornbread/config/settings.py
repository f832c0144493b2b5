"""Django settings, read from the environment and from the files under CORNBREAD_HOME."""

import os
from pathlib import Path

from csp.constants import NONCE, NONE, SELF

from cornbread.config.database import database
from cornbread.config.home import flag, home, number
from cornbread.config.hosts import allowed_hosts, outside_url
from cornbread.config.keys import load_keys

PACKAGE = Path(__file__).resolve().parent.parent
HOME = home()
DEBUG = False
TESTING = flag("CORNBREAD_TESTING")

_keys = load_keys(HOME)
SECRET_KEY = _keys.session
#: Fernet keys, newest first; secrets at rest are encrypted with them (foundation.crypto).
ENCRYPTION_KEYS = _keys.encryption

PUBLIC_URL = outside_url() or f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"
ALLOWED_HOSTS = allowed_hosts(PUBLIC_URL)
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
#: Whether a channel may be marked as local, and so talk to this machine and its private network:
#: for tests, and for servers next door.
LOCAL_CHANNELS = flag("CORNBREAD_LOCAL_CHANNELS")
#: How many megabytes of handed-in posts may wait on disk, for each web server process.
SPOOL_MB = number("CORNBREAD_SPOOL_MB", default=1024)

ROOMS = ["foundation", "team", "channels", "people", "listening", "outbound", "care", "automation"]
INSTALLED_APPS = [
    *[f"cornbread.{room}" for room in ROOMS],
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_cotton.apps.SimpleAppConfig",
    "django_tasks",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
]
MIDDLEWARE = [
    "cornbread.foundation.middleware.request_id_middleware",
    "cornbread.config.health.HealthMiddleware",
    "cornbread.config.metrics.MetricsMiddleware",
    "cornbread.config.problems.ProblemMiddleware",
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
    "allauth.account.middleware.AccountMiddleware",
    "cornbread.team.middleware.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "cornbread.config.urls"
ASGI_APPLICATION = "cornbread.config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton"],
        },
    }
]
COTTON_DIR = "cotton"

DATABASES = {"default": database(os.environ.get("DATABASE_URL"), HOME)}
#: What a reader of /metrics has to hold; without it only this machine may read.
METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "").strip()
#: NATS JetStream between listeners and intake workers; empty: listeners take in themselves.
STREAM_URL = os.environ.get("STREAM_URL", "").strip()
TASKS = {
    "default": {
        "BACKEND": "cornbread.foundation.jobs.backend.DatabaseBackend",
        "QUEUES": ["default", "reactions", "outbound", "maintenance"],
    }
}

AUTH_USER_MODEL = "team.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "cornbread.team.accounts.InvitationOnly"
MFA_ADAPTER = "cornbread.team.accounts.SealedSecrets"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
# Addresses are not verified here, members come by invitation; a second step is open to them all.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = PUBLIC_URL.startswith("http://")
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "account/lockout.html"
AXES_VERBOSE = False

STATIC_URL = "static/"
# Files are served from the package itself.
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600

_secure = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _secure
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "cornbread"
SECURE_HSTS_SECONDS = 31_536_000 if _secure else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _secure else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "https:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
LOGGING_CONFIG = "cornbread.foundation.logs.configure"
LOGGING = {"level": os.environ.get("CORNBREAD_LOG", "INFO")}
