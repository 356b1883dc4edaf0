"""Waves in projects that were not made for it: any prefix, any admin, any middleware or none."""

import json
import re
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.urls import clear_script_prefix, set_script_prefix

from waves import addresses
from waves.checks import check_addresses
from waves.database.readiness import is_migrated
from waves.models import Stream
from waves.tests.web import hosts
from waves.web import api, not_ready

PLACES = {"prefixed": "/lab/scope/", "in_a_namespace": "/lab/scope/", "renamed": "/lab/scope/"}


@pytest.fixture
def use(settings):
    """Make the project have other addresses."""

    def choose(name):
        settings.ROOT_URLCONF = getattr(hosts, name)

    return choose


def config_of(page) -> dict:
    text = page.content.decode()
    return json.loads(re.search(r'id="waves-config"[^>]*>(.*?)</script>', text)[1])


def links(page) -> set[str]:
    """Every address on a page that this server is asked for."""
    found = re.findall(
        r'(?:href|src|action|data-url|data-socket)="(/[^"]*)"', page.content.decode()
    )
    return {address for address in found if not address.startswith("/static/")}


@pytest.mark.parametrize("name", PLACES)
def test_every_address_of_the_pages_stands_below_the_prefix(use, client, sine, name):
    use(name)
    place = PLACES[name]
    listed, shown = client.get(place), client.get(f"{place}streams/sine/")
    assert listed.status_code == shown.status_code == 200
    of_page = [*config_of(listed)["addresses"].values(), *config_of(shown)["addresses"].values()]
    assert len(of_page) == 8
    assert all(address.startswith(place) for address in of_page)
    assert f"{place}streams/sine/" in links(listed)
    office = "/back/office/login/?next=" + place.replace("/", "%2F")
    assert all(a.startswith(place) or a == office for a in links(listed) | links(shown))


@pytest.mark.parametrize("name", PLACES)
def test_sockets_stand_below_the_prefix_and_nowhere_else(use, name):
    use(name)
    scope = {"type": "websocket", "path": "/lab/scope/ws/streams/sine/"}
    assert addresses.match(scope).kwargs == {"slug": "sine"}
    assert addresses.match(scope).url_name == "stream-socket"
    assert addresses.match({"type": "websocket", "path": "/ws/streams/sine/"}) is None


@pytest.mark.parametrize("name", PLACES)
def test_a_stream_that_is_not_there_is_the_hosts_own_404(use, client, db, settings, name):
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": []}]
    use(name)
    page = client.get("/lab/scope/streams/nothing/")
    assert page.status_code == 404
    assert "Waves" not in page.content.decode()


def test_a_project_below_a_path_of_its_server_has_all_addresses_there(use, settings, client, sine):
    use("prefixed")
    settings.FORCE_SCRIPT_NAME = "/site"
    set_script_prefix("/site/")  # as a server's handler does, and the client of tests does not
    try:
        page = client.get("/lab/scope/")
        assert config_of(page)["addresses"]["socket"] == "/site/lab/scope/ws/"
    finally:
        clear_script_prefix()
    assert addresses.match({"path": "/site/lab/scope/ws/"}).url_name == "socket"


def test_languages_in_the_address_are_those_of_the_page(settings, sine):
    from django.conf.urls.i18n import i18n_patterns
    from django.urls import path

    settings.ROOT_URLCONF = hosts.Urls(*i18n_patterns(path("scope/", hosts.waves)))
    settings.LANGUAGES = [("en-gb", "English"), ("de", "Deutsch")]
    assert addresses.match({"path": "/de/scope/ws/"}).url_name == "socket"
    assert addresses.match({"path": "/en-gb/scope/ws/"}).url_name == "socket"
    assert addresses.match({"path": "/fr/scope/ws/"}) is None


def test_without_an_admin_the_pages_have_no_links_to_it(use, client, sine, django_user_model):
    use("without_admin")
    assert client.get("/lab/scope/").status_code == 200
    client.force_login(django_user_model.objects.create_superuser("root"))
    listed, shown = client.get("/lab/scope/"), client.get("/lab/scope/streams/sine/")
    assert listed.status_code == shown.status_code == 200
    assert "Configure" not in listed.content.decode() + shown.content.decode()
    assert client.post("/lab/scope/streams/sine/control/", {"action": "stop"}).status_code == 302
    assert not Stream.objects.get().enabled


def test_without_an_admin_a_visitor_who_stops_a_stream_is_refused(use, client, sine):
    use("without_admin")
    assert client.post("/lab/scope/streams/sine/control/", {"action": "stop"}).status_code == 403
    assert Stream.objects.get().enabled


def test_without_streams_and_admin_the_list_is_a_page_all_the_same(use, client, db):
    use("without_admin")
    assert "No streams yet" in client.get("/lab/scope/").content.decode()


def test_the_admin_that_has_the_streams_is_the_one_that_is_linked_to(use, admin_client, sine):
    use("own_admin")
    assert "/staff/waves/stream/" in links(admin_client.get("/lab/scope/"))
    form = admin_client.get(f"/staff/waves/stream/{sine.pk}/change/")
    assert form.status_code == 200
    own = {"/staff/waves/stream/preview/", "/lab/scope/ws/streams/sine/"}
    assert own <= links(form)


def test_where_no_page_of_ours_is_included_the_admin_goes_on_without_links(use, admin_client, sine):
    use("without_pages")
    listed = admin_client.get("/back/office/waves/stream/")
    form = admin_client.get(f"/back/office/waves/stream/{sine.pk}/change/")
    assert listed.status_code == form.status_code == 200
    assert "Watch live" not in listed.content.decode() + form.content.decode()


def test_who_logs_in_comes_back_to_the_list(use, client, sine):
    use("prefixed")
    assert "/back/office/login/?next=%2Flab%2Fscope%2F" in links(client.get("/lab/scope/"))


def test_a_visitor_who_has_logged_in_is_not_asked_to_again(use, client, sine, django_user_model):
    use("prefixed")
    client.force_login(django_user_model.objects.create_user("visitor"))
    assert "Log in" not in client.get("/lab/scope/").content.decode()


def test_a_project_without_users_has_pages(settings, use, client, sine):
    use("without_admin")
    settings.MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "OPTIONS": {}}]
    assert client.get("/lab/scope/").status_code == 200
    assert client.get("/lab/scope/streams/sine/").status_code == 200


def test_numbers_that_scripts_read_are_not_written_for_people(settings, admin_client, sine):
    settings.USE_THOUSAND_SEPARATOR = True
    settings.LANGUAGE_CODE = "de"
    Stream.objects.filter(pk=sine.pk).update(id=1234567)
    sine.signals.update(stream_id=1234567)
    assert 'data-handle="1234567"' in admin_client.get("/").content.decode()
    form = admin_client.get("/admin/waves/stream/1234567/change/").content.decode()
    assert 'data-stream="1234567"' in form


@pytest.mark.parametrize("path", ["api/v1/streams", "api/v1/streams/sine"])
def test_coroutine_views_work_where_requests_are_transactions(use, settings, client, sine, path):
    from django.db import connections

    use("without_admin")
    connections.settings["default"]["ATOMIC_REQUESTS"] = True
    try:
        assert client.get(f"/lab/scope/{path}").status_code in (200, 503)
        assert client.get("/probes/healthz/live").status_code == 200
    finally:
        connections.settings["default"]["ATOMIC_REQUESTS"] = False


def test_probes_need_no_login_where_everybody_else_does(use, settings, client, sine):
    use("without_admin")
    settings.MIDDLEWARE = [
        *settings.MIDDLEWARE,
        "django.contrib.auth.middleware.LoginRequiredMiddleware",
    ]
    settings.LOGIN_URL = "/accounts/login/"
    assert client.get("/lab/scope/").status_code == 302
    assert client.get("/lab/scope/api/v1/streams").status_code == 302
    assert client.get("/probes/healthz/live").content == b"ok\n"
    assert client.get("/probes/healthz/ready").status_code in (200, 503)
    assert client.get("/probes/metrics").status_code in (200, 503)


WSGI = "this server speaks WSGI"


@pytest.mark.parametrize("address", ["/", "/streams/sine/"])
def test_under_wsgi_a_page_says_that_no_stream_runs_and_why(client, sine, address):
    text = client.get(address).content.decode()
    assert WSGI in text
    assert "daphne" in text


def test_under_wsgi_nobody_is_ready_and_a_socket_is_told(client, sine):
    ready = client.get("/healthz/ready")
    assert ready.status_code == 503
    assert any(WSGI in problem for problem in ready.json()["problems"])
    assert client.get("/metrics").status_code == 503
    for path in ("/ws/", "/ws/streams/sine/"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Upgrade"]) == (426, "websocket")
        assert WSGI in answer.content.decode()


def test_under_wsgi_the_api_says_why_nothing_is_kept(client, db, monkeypatch):
    async def found(slug, viewer):
        return 1, None

    monkeypatch.setattr(api, "find_stream", found)
    for path in ("/api/v1/streams/sine", "/api/v1/streams/sine/samples"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert "No stream runs here" in answer.json()["error"]


async def test_without_our_application_the_pages_say_what_to_write(async_client, transactional_db):
    from asgiref.sync import sync_to_async

    await sync_to_async(Stream.objects.create)(name="Sine", slug="sine")
    page = await async_client.get("/")
    assert "application = waves.asgi.application(get_asgi_application())" in page.content.decode()


@pytest.fixture
def plant_is_not_migrated(monkeypatch):
    """An app of the host lacks a migration."""
    asked = []

    def is_migrated(*apps):
        asked.append(apps)
        return bool(apps)

    monkeypatch.setattr(not_ready, "is_migrated", is_migrated)
    return asked


def test_a_migration_of_an_app_of_the_host_keeps_no_page_of_ours(
    settings, client, sine, plant_is_not_migrated
):
    settings.MIDDLEWARE = [m for m in settings.MIDDLEWARE if "readiness" not in m]
    assert client.get("/").status_code == 200
    assert plant_is_not_migrated == [("waves",)]


def test_a_table_of_ours_that_is_missing_stops_our_pages_and_not_those_of_the_host(
    settings, client, sine, monkeypatch
):
    settings.MIDDLEWARE = [m for m in settings.MIDDLEWARE if "readiness" not in m]
    monkeypatch.setattr(not_ready, "is_migrated", lambda *apps: False)
    page = client.get("/")
    assert page.status_code == 503
    assert "python manage.py migrate" in page.content.decode()
    assert client.get("/admin/login/").status_code == 200


def test_only_migrations_of_the_apps_that_are_named_are_asked_for(db):
    from django.db.migrations.recorder import MigrationRecorder

    MigrationRecorder.Migration.objects.filter(app="sessions").delete()
    assert is_migrated("waves")
    assert not is_migrated()


def test_urls_are_found_however_they_are_included(use):
    for name in (*PLACES, "without_admin", "own_admin"):
        use(name)
        assert check_addresses() == []


def test_an_unknown_address_of_the_api_is_told_as_one_below_the_prefix(use, client, db):
    use("prefixed")
    answer = client.get("/lab/scope/api/nothing")
    assert answer.status_code == 404
    assert "no such address" in answer.json()["error"]
    assert client.get("/api/nothing").headers["Content-Type"].startswith("text/html")


def test_a_viewer_of_a_request_is_its_user_or_nobody():
    from waves.web.visitors import viewer_of

    request = RequestFactory().get("/")
    assert viewer_of(request).user is None
    request.user = AnonymousUser()
    assert viewer_of(request).identity is None
    request.user = SimpleNamespace(pk=7)
    assert viewer_of(request).identity == 7
