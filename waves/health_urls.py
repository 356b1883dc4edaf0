"""The addresses of health and metrics, to be included where probes reach them.

They are open whatever the project asks of visitors: include them where only probes come, or let the
server in front keep them inside. ``/metrics`` names every stream, and so it is answered to the
addresses in ``metrics_from`` only.
"""

from django.urls import path

from waves.addresses import HEALTH
from waves.web import health

app_name = HEALTH

urlpatterns = [
    path("healthz/live", health.live, name="live"),
    path("healthz/ready", health.ready, name="ready"),
    path("metrics", health.prometheus, name="metrics"),
]
