"""Every setting, from the environment. README.md, “Configuration”, lists the variables.

Production is the default: DEMO, DEBUG and TESTS are switched on by ./run alone, and system checks refuse the first
two anywhere but on this machine.
"""

from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF

from lcspr import env

BASE_DIR = Path(__file__).resolve().parent.parent

DEMO = env.flag("DEMO")
DEBUG = env.flag("DEBUG")
TESTS = env.flag("TESTS")
PRODUCTION = not (DEMO or DEBUG or TESTS)

env.require(["SECRET_KEY", "FIELD_KEYS", "INDEX_KEY", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS"])

# --- Secrets and addresses ---------------------------------------------------------------------------------------

SECRET_KEY = env.text("SECRET_KEY")
# Newest first: the first key writes, all of them read. "keyid:base64 of 32 bytes", comma separated.
FIELD_KEYS = env.text("FIELD_KEYS")
INDEX_KEY = env.text("INDEX_KEY")

ALLOWED_HOSTS = env.listed("ALLOWED_HOSTS")
PUBLIC_URL = env.text("PUBLIC_URL", f"https://{ALLOWED_HOSTS[0]}").rstrip("/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

# --- What the application is made of -----------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "crispy_forms",
    "pgtrigger",
    "django_fsm",
    # Ours: the look, the wiring, and then the rooms; each knows only those before it.
    "govuk",
    "lcspr.apps.WiringConfig",
    "accounts",
    "casework",
    "correspondence",
    "deadlines",
    "decisions",
    "actions",
    "chronologies",
    "referrals",
    "rapid_review",
    "panels",
    "publication",
    "desk",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "casework.middleware.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "casework.middleware.ReadRecordMiddleware",
    # Last: it opens the transaction of the request, so that a read can be recorded in one of its own before it.
    "casework.middleware.ActingMiddleware",
]

ROOT_URLCONF = "lcspr.urls"
WSGI_APPLICATION = "lcspr.wsgi.application"

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
                "accounts.context.demo_cast",
                "desk.context.navigation",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = ("govuk",)
CRISPY_TEMPLATE_PACK = "govuk"

# --- Database ----------------------------------------------------------------------------------------------------

# The application's role owns nothing. `manage.py migrate` alone runs with DATABASE_URL set to the owner's address.
DATABASES: dict[str, dict[str, Any]] = {"default": env.database(env.text("DATABASE_URL"))}
# The tests make and clear their databases as the owner, and run as the application's role.
OWNER_DATABASE_URL = env.text("OWNER_DATABASE_URL")
APP_DATABASE_ROLE = env.text("APP_DATABASE_ROLE", "lcspr_app")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Broker, cache, tasks ----------------------------------------------------------------------------------------

REDIS_URL = env.text("REDIS_URL")
# Put before every key, so that a broker may be shared with another installation or with a run of the tests.
REDIS_PREFIX = env.text("REDIS_PREFIX", "lcspr:")

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": REDIS_PREFIX.rstrip(":"),
        "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 5},
    }
}

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {"global_keyprefix": REDIS_PREFIX, "socket_connect_timeout": 2}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A person waits for the page while a task is queued. With the broker down the act stands, and the sweep that runs
# every half minute finds what was not queued, so there is nothing to wait for.
CELERY_TASK_PUBLISH_RETRY_POLICY = {
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.2,
    "interval_max": 0.2,
}
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_IGNORE_RESULT = True
# A task killed with its worker is run again by another: every task is safe to repeat.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 120
CELERY_TASK_TIME_LIMIT = 150
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = "UTC"
# A run missed while beat was down is not made up for: each sweep takes everything that is due.
CELERY_BEAT_SCHEDULE = {
    "deliver waiting messages": {
        "task": "correspondence.tasks.deliver_waiting",
        "schedule": 30,
        "options": {"expires": 30},
    },
    "remind of deadlines": {"task": "deadlines.tasks.sweep", "schedule": 60, "options": {"expires": 60}},
    # Every few minutes, for what fell while the machine was off; each person's falls at 8am in London.
    "daily e-mails": {
        "task": "deadlines.tasks.send_daily_emails",
        "schedule": 300,
        "options": {"expires": 300},
    },
    "remind of actions": {"task": "actions.tasks.remind", "schedule": 3600, "options": {"expires": 3600}},
    "hand out long work again": {
        "task": "casework.tasks.pick_up_jobs",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "check files again": {
        "task": "desk.tasks.scan_waiting_files",
        "schedule": 300,
        "options": {"expires": 300},
    },
    "remove made files": {
        "task": "casework.tasks.forget_job_files",
        "schedule": 3600,
        "options": {"expires": 3600},
    },
    "heartbeat": {"task": "lcspr.health.beat_heartbeat", "schedule": 30, "options": {"expires": 30}},
}

# --- Signing in --------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# People are invited; the adapter closes open sign-up.
MFA_ADAPTER = "accounts.adapter.MFAAdapter"
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = 2
# An office or a hospital comes from one address, so the limit for coming in stands mostly on the mailbox.
ACCOUNT_RATE_LIMITS = {"request_login_code": "20/m/ip,6/h/key", "get_in": "20/m/ip,6/h/key"}
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# Never "remember me": many of our readers share an office.
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PUBLIC_URL.startswith("https:") else "http"

MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Safeguarding practice reviews"
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
# A passkey stands for both factors only when the device has checked who holds it.
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION

OIDC_SERVER_URL = env.text("OIDC_SERVER_URL")
SOCIALACCOUNT_AUTO_SIGNUP = False
# The partnership's own identity provider vouches for the address: it signs in the person who was invited under it.
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {}
if OIDC_SERVER_URL:
    env.require(["OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"])
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "organisation",
                "name": env.text("OIDC_NAME", "your organisation’s account"),
                "client_id": env.text("OIDC_CLIENT_ID"),
                "secret": env.text("OIDC_CLIENT_SECRET"),
                "settings": {"server_url": OIDC_SERVER_URL},
            }
        ],
    }

# --- Sessions, cookies, headers ----------------------------------------------------------------------------------

# Idle time, not total time: every request starts the quarter of an hour again.
SESSION_COOKIE_AGE = env.number("SESSION_IDLE_SECONDS", 15 * 60)
SESSION_SAVE_EVERY_REQUEST = True
SESSION_COOKIE_HTTPONLY = True
# Lax, not Strict: a link in an e-mail and the way back from single sign-on must find the person signed in.
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = PRODUCTION
if PRODUCTION:
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SECURE_HSTS_SECONDS = env.number("HSTS_SECONDS", 365 * 24 * 60 * 60)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
# The health check comes from inside, over plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
if env.flag("TRUST_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1

SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
        # Browsers hold a form's redirect to this too, and single sign-on begins with a form.
        "form-action": [SELF, *([OIDC_SERVER_URL] if OIDC_SERVER_URL else [])],
    }
}

# --- Files -------------------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "build" / "collected" if PRODUCTION else None
STATICFILES_DIRS = [BASE_DIR / "build" / "static", BASE_DIR / "static"]
CASE_FILES_ROOT = Path(env.text("CASE_FILES_ROOT", str(BASE_DIR / ".run" / "case-files")))
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "case": {
        "BACKEND": "casework.storage.EncryptedFileStorage",
        "OPTIONS": {"location": CASE_FILES_ROOT},
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# The demo and the tests serve straight from the folders above: nothing to collect before the first page.
WHITENOISE_USE_FINDERS = not PRODUCTION
# Looked up when asked for, not listed at the start: every test client is a start.
WHITENOISE_AUTOREFRESH = DEBUG or TESTS

CASE_FILE_MAX_BYTES = 25 * 1024 * 1024
# Larger than a case file may be, so that no case file is spooled unencrypted to the temporary folder.
FILE_UPLOAD_MAX_MEMORY_SIZE = CASE_FILE_MAX_BYTES + 1024 * 1024
# A report form holds dozens of texts of 20,000 characters, and an encoded character can take nine bytes.
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

FONTCONFIG_FILE = env.text("FONTCONFIG_FILE", str(BASE_DIR / "build" / "fontconfig" / "fonts.conf"))
CLAMD_SOCKET = env.text("CLAMD_SOCKET")

# --- E-mail ------------------------------------------------------------------------------------------------------

# The demo keeps its e-mails in a folder and shows them on a page.
MAIL_FOLDER = env.text("MAIL_FOLDER")
EMAIL_BACKEND = f"django.core.mail.backends.{'filebased' if MAIL_FOLDER else 'smtp'}.EmailBackend"
EMAIL_FILE_PATH = MAIL_FOLDER or None
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.number("EMAIL_PORT", 587 if env.flag("EMAIL_USE_TLS") else 25)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", f"no-reply@{ALLOWED_HOSTS[0]}")

# --- Language and time -------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
USE_I18N = True  # Django's and allauth's own sentences; ours are written in British English.
USE_TZ = True
TIME_ZONE = "Europe/London"
DATE_FORMAT = "j F Y"
# Moves lcspr.clock in the demo and the tests: a file holding an offset in seconds.
CLOCK_FILE = env.text("CLOCK_FILE")

# --- Logging: no identity, no narrative --------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "lcspr.logs.PlainFormatter",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
    # Django's own handlers would mail tracebacks to administrators, with the request's form in them.
    "loggers": {"django": {"handlers": ["console"], "level": "INFO", "propagate": False}},
}

if TESTS:
    # A slow hash proves nothing in a test and costs a quarter of the suite.
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
