"""All addresses of the product: each room brings its own."""

from django.urls import URLPattern, URLResolver, include, path

from cornbread.config.api import api
from cornbread.config.health import healthz
from cornbread.config.metrics import metrics_page

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("metrics", metrics_page, name="metrics"),
    path("api/v1/", api.urls),
    path("accounts/", include("allauth.urls")),
    path("w/<slug:slug>/automation/", include("cornbread.automation.urls")),
    path("w/<slug:slug>/", include("cornbread.care.urls")),
    path("w/<slug:slug>/", include("cornbread.listening.urls")),
    path("w/<slug:slug>/", include("cornbread.people.urls")),
    path("w/<slug:slug>/channels/", include("cornbread.channels.urls")),
    path("w/<slug:slug>/canned/", include("cornbread.outbound.urls")),
    path("", include("cornbread.team.urls")),
]
