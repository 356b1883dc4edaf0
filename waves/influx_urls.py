"""The paths of InfluxDB, for clients that can be given no other: beside ours, or at the root."""

from django.urls import path

from waves.web import doors

app_name = "waves-influx"

urlpatterns = [
    path("write", doors.influx_v1, name="write"),
    path("api/v2/write", doors.influx_v2, name="write-v2"),
    path("api/v3/write_lp", doors.influx_v3, name="write-v3"),
    path("query", doors.influx_query, name="query"),
    path("ping", doors.influx_ping, name="ping"),
    path("health", doors.influx_health, name="health"),
]
