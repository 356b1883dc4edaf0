"""Every setting, in one file. What differs between machines comes from environment variables,
which ``environment.py`` reads.

Each variable is documented in docs/settings.md; a test fails where one is not.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from livestream_project.databases import database, recordings
from livestream_project.environment import env, env_bool, env_choice, env_int, env_list
from livestream_project.secretkey import kept_key

BASE_DIR = Path(__file__).resolve().parent.parent


def secret_key(debug: bool) -> str:
    """SECRET_KEY; in development a random one, kept in a file that git ignores."""
    if key := env("SECRET_KEY"):
        return key
    if not debug:
        raise ImproperlyConfigured(
            "With DEBUG off, SECRET_KEY must be set. Make one with: "
            'python -c "import secrets; print(secrets.token_urlsafe(50))"'
        )
    return kept_key(BASE_DIR / ".secret-key")


DEBUG = env_bool("DEBUG", True)
# With DEBUG on, whoever causes an error is shown settings and paths: `prepare` (`make run`)
# serves that to this machine only, unless it is told here to go on.
DEBUG_ON_NETWORK = env_bool("DEBUG_ON_NETWORK", False)
SECRET_KEY = secret_key(DEBUG)
SECRET_KEY_FALLBACKS = env_list("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")
REDIS_URL = env("REDIS_URL")

# What Waves itself reads (waves/conf.py holds the defaults and the reasons).
WAVES = {
    "worker": env("WAVES_WORKER"),
    "worker_name": env("WAVES_WORKER_NAME"),
    "installation": env("WAVES_INSTALLATION"),
    "redis_url": REDIS_URL,
    "demo": "python manage.py loaddemo",
    "allowed_origins": env_list("WAVES_ALLOWED_ORIGINS"),
    "trusted_proxies": env_list("WAVES_TRUSTED_PROXIES"),
    "metrics_from": env_list("WAVES_METRICS_FROM", "127.0.0.0/8,::1,unix"),
    # It stands before pages; a push says by itself what is wrong with the database.
    "push_middleware_passed": ["livestream_project.readiness.DatabaseReadyMiddleware"],
    "serial_ports": env_list("WAVES_SERIAL_PORTS"),
    "max_values_per_second": env_int("WAVES_MAX_VALUES_PER_SECOND", 8_000_000),
    "max_total_values_per_second": env_int("WAVES_MAX_TOTAL_VALUES_PER_SECOND", 100_000_000),
    "max_history_bytes": env_int("WAVES_MAX_HISTORY_BYTES", 512 * 1024 * 1024),
    "max_total_history_bytes": env_int("WAVES_MAX_TOTAL_HISTORY_BYTES", 4 * 1024**3),
    "max_recorded_bytes": env_int("WAVES_MAX_RECORDED_BYTES", 100 * 1024**3),
    "max_connections": env_int("WAVES_MAX_CONNECTIONS", 10_000),
    "max_sockets_each": env_int("WAVES_MAX_SOCKETS_EACH", 500),
    "max_subscriptions_each": env_int("WAVES_MAX_SUBSCRIPTIONS_EACH", 2_000),
    "max_messages_each": env_int("WAVES_MAX_MESSAGES_EACH", 2_000),
    "max_cpu_percent_each": env_int("WAVES_MAX_CPU_PERCENT_EACH", 25),
    "idle_seconds": env_int("WAVES_IDLE_SECONDS", 600),
    "max_streams": env_int("WAVES_MAX_STREAMS", 1_000),
    "most_ahead": env_int("WAVES_MOST_AHEAD", 5),
    "frame_log_bytes": env_int("WAVES_FRAME_LOG_BYTES", 64 * 1024 * 1024),
    "upload_limit": env_int("WAVES_UPLOAD_LIMIT", 64 * 1024 * 1024),
    "body_limit": env_int("WAVES_BODY_LIMIT", 1) if env("WAVES_BODY_LIMIT") else None,
}

INSTALLED_APPS = [
    "daphne",  # first: it replaces `runserver` with its own
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "axes",
    "waves",
    "livestream_project",
]

MIDDLEWARE = [
    "waves.web.answers.AnswersMiddleware",  # first: it sees what all others answer
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "livestream_project.readiness.DatabaseReadyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",  # last, as axes asks for
]

ROOT_URLCONF = "livestream_project.urls"
ASGI_APPLICATION = "livestream_project.asgi.application"

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
            ],
        },
    },
]

_DEFAULT = database(BASE_DIR / "db.sqlite3")
DATABASES = {"default": _DEFAULT, **recordings(_DEFAULT)}
DATABASE_ROUTERS = ["waves.recording.place.Router"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


def channel_layer(redis_url: str) -> dict[str, Any]:
    """Redis where there is one, or several; otherwise memory, which reaches this process only."""
    if redis_url:
        return {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            # A Redis that hangs is noticed by its silence: nothing waits longer than this.
            "CONFIG": {
                "hosts": [
                    {"address": url.strip(), "socket_timeout": 2.0, "socket_connect_timeout": 2.0}
                    for url in redis_url.split(",")
                ]
            },
        }
    return {"BACKEND": "channels.layers.InMemoryChannelLayer"}


CHANNEL_LAYERS = {"default": channel_layer(REDIS_URL)}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]

LOGIN_URL, LOGIN_REDIRECT_URL, LOGOUT_REDIRECT_URL = "login", "waves:index", "waves:index"
# Log-ins are throttled by name and address together and, less strictly, by address alone
# (livestream_project/logins.py says why). Axes is the first backend: it refuses before a password
# is looked at.
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AXES_HANDLER = "livestream_project.logins.Handler"
AXES_CLIENT_IP_CALLABLE = "livestream_project.logins.address"
AXES_LOCKOUT_CALLABLE = "livestream_project.logins.locked_out"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], "ip_address"]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=env_int("LOGIN_COOL_OFF_MINUTES", 15, most=366 * 24 * 60))
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # the page says when it ends
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True  # a table of log-ins that would grow for ever
AXES_ENABLE_ADMIN = False  # among the names are passwords that were typed in the wrong field
AXES_SENSITIVE_PARAMETERS = ["username", "csrfmiddlewaretoken"]  # kept out of log and table
AXES_VERBOSE = False

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# Some machines map .js to text/plain, and a browser then refuses every module.
WHITENOISE_MIMETYPES = {".js": "text/javascript", ".mjs": "text/javascript"}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],  # the nonce is for the import map
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"

# Behind TLS unless told otherwise: cookies that never travel in the clear.
HTTPS = env_bool("HTTPS", not DEBUG)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 3600 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
# What `check --deploy` asks for, and is decided otherwise. Names below this one are not ours to
# promise HTTPS for (W005), and a preload list is for good (W021). The proxy in front redirects
# (W008), while probes and Prometheus ask a server on its own port.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]

# The admin's form for a stream has some 75 fields a signal, and 60 signals are sensible.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000


LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
        "json": {"()": "waves.web.logs.JsonFormatter"},
    },
    "filters": {"refusals": {"()": "waves.web.logs.RefusalsInOneLine"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            # As text, or as JSON for programs.
            "formatter": env_choice("WAVES_LOG_FORMAT", ("line", "json"), "line"),
            "filters": ["refusals"],
        }
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"level": "INFO"},  # without the handler of its own that Django gives it
        # A Redis that is gone is told by Waves in one line; the layer logs a traceback a second.
        "channels_redis": {"level": "CRITICAL"},
        "waves": {"level": env_choice("LOG_LEVEL", LOG_LEVELS, "INFO")},
        "django.server": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
    },
}
