"""Which app answers at which address."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from lcspr.health import healthz

# Django admin asks for the same sign-in, with the same second factor, as everything else.
admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("start/", include("accounts.public_urls")),
    path("accounts/", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", include("casework.urls")),
    path("", include("correspondence.urls")),
    # The later stage first: at the hand-off it stands at the earlier one’s address (rapid_review/views/handing_over.py).
    path("", include("publication.urls")),
    path("", include("panels.urls")),
    path("", include("rapid_review.urls")),
    path("", include("referrals.urls")),
    path("", include("deadlines.urls")),
    path("", include("decisions.urls")),
    path("", include("actions.urls")),
    path("", include("chronologies.urls")),
    path("", include("desk.urls")),
]
