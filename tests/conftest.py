"""The database of the tests, and the named cast who act in them."""

from __future__ import annotations

import hashlib
import os
import time
import uuid
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.models.query_utils import DeferredAttribute
from django.test import Client, TransactionTestCase
from django_fsm import FSMFieldMixin
from factories import (
    LONG_AGO,
    AgencyFactory,
    MembershipFactory,
    PartnershipAgencyFactory,
    PartnershipFactory,
    UserFactory,
)

from accounts.agency_kinds import AgencyKind
from accounts.compiled import check_texts
from accounts.db import remembering
from accounts.models import User
from accounts.presets import BEDFORD_BOROUGH
from accounts.roles import Role
from lcspr import env

# Playwright's synchronous interface runs a loop in this thread; Django's guard would refuse the ORM.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# Every query whose text is kept for all who hold alike is held, each time it is asked, to what it would be if built anew.
check_texts()

# Filled by migrations and the same for every test.
REFERENCE_TABLES = {
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "deadlines_ruleversion",
    "deadlines_holiday",
}
APPEND_ONLY = ("casework_event", "casework_eventpayload", "casework_rowchange", "casework_rowchangepayload")


BROWSER_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def owner_cursor(database: str = "postgres"):
    """A cursor of the role that owns the tables, each statement its own transaction."""
    where = env.database(settings.OWNER_DATABASE_URL)
    connection = psycopg.connect(
        dbname=database,
        user=where["USER"],
        password=where["PASSWORD"],
        host=where["HOST"],
        port=where["PORT"] or None,
    )
    connection.autocommit = True
    with closing(connection), connection.cursor() as cursor:
        yield cursor


def _template_name() -> str:
    """A name that changes with any migration, so that a template is never of another schema, and with the role
    that has its rights in it."""
    files = sorted(Path(settings.BASE_DIR).glob("*/migrations/*.py"))
    made_of = b"".join([settings.APP_DATABASE_ROLE.encode(), *(file.read_bytes() for file in files)])
    return f"test_lcspr_template_{hashlib.sha256(made_of).hexdigest()[:16]}"


def _make_template(name: str) -> None:
    """Migrate a database once as the owner; the workers' databases are copies of it."""
    default = connections["default"]
    application = dict(default.settings_dict)
    making = f"{name}_making"
    with owner_cursor() as cursor:
        # One at a time: of the workers that start together, the second finds what the first made.
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone():
            return
        cursor.execute(f'DROP DATABASE IF EXISTS "{making}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{making}"')
        as_owner = env.database(settings.OWNER_DATABASE_URL)
        default.settings_dict.update(
            {key: as_owner[key] for key in ("USER", "PASSWORD", "HOST", "PORT")}, NAME=making
        )
        call_command("migrate", verbosity=0, interactive=False)
        default.close()
        default.settings_dict.update(application)
        cursor.execute(f'ALTER DATABASE "{making}" RENAME TO "{name}"')


def _drop(name: str) -> None:
    """Drop a database of the tests, with whoever is still connected to it.

    The database's own housekeeping may be at work in it and is nobody's to end: wait for it to finish.
    """
    for _ in range(20):
        try:
            with owner_cursor() as cursor:
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        except psycopg.errors.InsufficientPrivilege:
            time.sleep(0.5)
        else:
            return


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Leave no template behind, unless the next run is to start from it (KEEP_TEST_TEMPLATE=1)."""
    if not hasattr(session.config, "workerinput") and not os.environ.get("KEEP_TEST_TEMPLATE"):
        with suppress(psycopg.Error):
            _drop(_template_name())


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker, worker_id):
    """A database of this worker's own: owned by the owner, used as the application's role."""
    # With the process id, so that two runs on one server never meet.
    name, template = f"test_lcspr_{worker_id}_{os.getpid()}", _template_name()
    with django_db_blocker.unblock():
        _make_template(template)
        with owner_cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        connections["default"].settings_dict["NAME"] = name
    yield
    with django_db_blocker.unblock():
        connections["default"].close()
    _drop(name)


def _clear_tables(self) -> None:
    """Empty every table after a committing test, as the owner with the append-only triggers off."""
    default = connections["default"]
    default.close()
    with owner_cursor(default.settings_dict["NAME"]) as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [table for (table,) in cursor.fetchall() if table not in REFERENCE_TABLES]
        for table in APPEND_ONLY:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY")
        for table in APPEND_ONLY:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


TransactionTestCase._fixture_teardown = _clear_tables


@pytest.fixture(autouse=True)
def _one_request():
    """What people hold is found out once, as in a request: a test that changes it past the services says so
    (`forget_memberships`)."""
    with remembering():
        yield


@pytest.fixture(autouse=True)
def _settings_of_tests(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


ROLES_BY_AGENCY = {
    "council": {Role.DSP_LA, Role.LSP_LA, Role.LAN},
    "icb": {Role.DSP_ICB, Role.LSP_ICB},
    "police": {Role.DSP_POLICE, Role.LSP_POLICE},
    "school": {Role.REFERRER, Role.DSL, Role.REP},
}


class Cast:
    """People of one partnership, each made when first named: `cast.bum`, `cast.dsp_la`, `cast.rep`.

    `cast.agency("school")` gives an agency of theirs; `cast.person(role, agency=…)` another holder.
    """

    def __init__(self, **partnership) -> None:
        self.partnership = PartnershipFactory(**partnership)
        self._people: dict[Role, User] = {}
        self._agencies: dict[str, object] = {}

    def __getattr__(self, name: str) -> User:
        try:
            role = Role(name)
        except ValueError as error:
            raise AttributeError(name) from error
        if role not in self._people:
            self._people[role] = self.person(role)
        return self._people[role]

    def agency(self, name: str, kind: str = AgencyKind.SCHOOL):
        """An agency of the partnership, by a short name; the three statutory ones by theirs."""
        if name not in self._agencies:
            kinds = {
                "council": (AgencyKind.LOCAL_AUTHORITY, "la"),
                "icb": (AgencyKind.ICB, "icb"),
                "police": (AgencyKind.POLICE, "police"),
            }
            kind, statutory = kinds.get(name, (kind, ""))
            agency = AgencyFactory(name=f"{self.partnership.short_name} {name}", short_name=name, kind=kind)
            PartnershipAgencyFactory(partnership=self.partnership, agency=agency, statutory=statutory)
            self._agencies[name] = agency
        return self._agencies[name]

    def person(self, role: Role | str, agency: str | None = None, **fields) -> User:
        """One more holder of a role, for the agency that usually has it."""
        home = agency or next((name for name, roles in ROLES_BY_AGENCY.items() if role in roles), None)
        user = UserFactory(name=f"{Role(role).label} of {self.partnership.short_name}")
        MembershipFactory(
            user=user,
            partnership=self.partnership,
            agency=self.agency(home) if home else None,
            role=role,
            starts_on=LONG_AGO,
            **fields,
        )
        return user


@pytest.fixture
def cast(db) -> Cast:
    """A partnership that follows the Buckinghamshire preset, and its people."""
    return Cast(name="Northmere Safeguarding Children Partnership", short_name="NSCP", code="NSCP")


@pytest.fixture
def other_cast(db) -> Cast:
    """Another partnership, on the Bedford Borough preset: everyone in it is an outsider to the first."""
    return Cast(
        name="Southmere Borough Safeguarding Children Partnership",
        short_name="SBSCP",
        code="SBSCP",
        preset=BEDFORD_BOROUGH,
    )


@pytest.fixture
def outsider(other_cast) -> User:
    """The business manager of the other partnership: as powerful as anyone, and a stranger here."""
    return other_cast.bum


@pytest.fixture
def sign_in():
    """`sign_in(user)` gives a client that has passed both steps of signing in."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        session = client.session
        session["second_step"] = str(user.pk)
        session.save()
        return client

    return signed_in


@pytest.fixture(scope="session")
def base_url() -> str:
    """In place of pytest-base-url's, which pytest 9 warns about: a walk gives whole addresses."""
    return ""


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """The machine's own Chromium: none is downloaded."""
    return {
        "executable_path": os.environ.get("CHROMIUM", "/usr/bin/chromium"),
        "args": list(BROWSER_ARGUMENTS),
    }


@pytest.fixture
def own_cache(settings):
    """A cache that no other test counts in. Emptying the shared one would empty the broker, under another worker's feet."""
    default = settings.CACHES["default"]
    settings.CACHES = {"default": {**default, "KEY_PREFIX": f"{default['KEY_PREFIX']}-{uuid.uuid4()}"}}


def _read_nothing_left_out() -> None:
    """Let nobody read what a query left out: it would be fetched by itself, a query a row."""
    quiet = DeferredAttribute.__get__

    def get(self, instance, cls=None):
        # A machine looks at its state whenever it is made.
        is_known = (
            isinstance(self.field, FSMFieldMixin)
            or instance is None
            or self.field.attname in instance.__dict__
        )
        if not is_known and instance.pk is not None and self._check_parent_chain(instance) is None:
            raise AssertionError(f"{type(instance).__name__}.{self.field.attname} was left out, and is read.")
        return quiet(self, instance, cls)

    DeferredAttribute.__get__ = get


_read_nothing_left_out()
