"""The log of who did what: it tells, and nobody edits it."""

import pytest
from django.contrib.admin.models import LogEntry

from waves import keys, links
from waves.models import AccessKey, Stream

LOG = "/admin/admin/logentry/"


def told() -> list[tuple[str, str, str]]:
    entries = LogEntry.objects.order_by("pk")
    return [(e.user.username, e.object_repr, e.get_change_message()) for e in entries]


def act(client, model: str, action: str, row) -> None:
    data = {"action": action, "_selected_action": [str(row.pk)]}
    assert client.post(f"/admin/waves/{model}/", data).status_code == 302


def test_who_stopped_started_and_revoked_what(admin_client, sine):
    admin_client.post("/streams/sine/control/", {"action": "stop", "sure": "1"})
    act(admin_client, "stream", "start", sine)
    act(admin_client, "stream", "duplicate", sine)
    key, _ = keys.make_key("boiler")
    act(admin_client, "accesskey", "revoke", key)
    link, _ = links.make(sine, "wall")
    act(admin_client, "sharelink", "revoke", link)
    assert told() == [
        ("admin", "Sine", "Stopped."),
        ("admin", "Sine", "Started."),
        ("admin", "Sine 2", "Made as a copy."),
        ("admin", str(AccessKey.objects.get()), "Revoked."),
        ("admin", str(link), "Revoked."),
    ]
    page = admin_client.get(LOG).content.decode()
    assert "Made as a copy." in page
    assert "boiler" in page


def test_who_made_keys_ordered_and_deleted_what(admin_client, sine):
    admin_client.post("/admin/waves/accesskey/add/", {"name": "boiler", "all_streams": "on"})
    key = str(AccessKey.objects.get())
    other = Stream.objects.create(name="Other", slug="other", position=1)
    for _ in range(2):  # the second time it is in order already
        order = f"{other.pk},{sine.pk}"
        admin_client.post("/admin/waves/stream/reorder/", {"order": order})
    data = {"action": "delete_selected", "post": "yes", "_selected_action": [str(other.pk)]}
    admin_client.post("/admin/waves/stream/", data)
    admin_client.post(f"/admin/waves/stream/{sine.pk}/delete/", {"post": "yes"})
    assert told() == [
        ("admin", key, "Added."),
        ("admin", "The list of streams", "Put into another order."),
        ("admin", "Other", ""),
        ("admin", "Sine", ""),
    ]
    assert "Put into another order." in admin_client.get(LOG).content.decode()


def test_who_shared_what_on_its_page_and_revoked_it(admin_client, sine):
    wall = {"kind": "wall", "view": ""}
    made = admin_client.post("/api/v1/streams/sine/links", wall, content_type="application/json")
    prefix = made.json()["prefix"]
    assert admin_client.post(f"/api/v1/links/{prefix}/revoke").status_code == 200
    assert told() == [
        ("admin", "Sine", f"Shared by the wall link {prefix}."),
        ("admin", "Sine", f"Revoked the wall link {prefix}."),
    ]


def test_the_log_has_what_is_of_waves_and_is_not_edited(admin_client, admin_user, sine):
    admin_client.post("/streams/sine/control/", {"action": "stop", "sure": "1"})
    admin_client.post("/admin/auth/group/add/", {"name": "Lab"})
    entry = LogEntry.objects.order_by("pk").first()
    admin_client.get("/admin/")  # shows what was told after the group was added
    page = admin_client.get(LOG).content.decode()
    assert "Stopped." in page
    assert "Lab" not in page
    for at in ("add/", f"{entry.pk}/delete/"):
        assert admin_client.post(f"{LOG}{at}", {"post": "yes"}).status_code == 403
    assert LogEntry.objects.count() == 2


@pytest.mark.parametrize("staff", [True, False])
def test_the_log_is_for_those_who_may_view_it(client, django_user_model, staff):
    client.force_login(django_user_model.objects.create_user("who", is_staff=staff))
    assert client.get(LOG).status_code in (302, 403)
