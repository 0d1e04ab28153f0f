"""All addresses of the site."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from lacarte.pages.design import views
from lacarte.pages.design.places import regions_json
from lacarte.pages.design.signing_in import SignIn, SignOut
from lacarte.pages.desk.calendars import days_ics
from lacarte.pages.public import answering, burning

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("lacarte.standards.cpsv.urls")),
    path("", include("lacarte.pages.resident.urls")),
    path("desk/rules/", include("lacarte.pages.desk.rule_urls")),
    path("desk/tables/", include("lacarte.pages.entitlement.urls")),
    path("desk/weights/", include("lacarte.pages.desk.weights_urls")),
    path("desk/", include("lacarte.pages.desk.deadline_urls")),
    path("desk/", include("lacarte.pages.desk.heard_urls")),
    path("desk/", include("lacarte.pages.desk.urls")),
    path("field/", include("lacarte.pages.field.urls")),
    path("provider/", include("lacarte.pages.provider.urls")),
    path("", include("lacarte.pages.delivering.urls")),
    path("calendars/<str:code>.ics", days_ics, name="calendar-ics"),
    path("replies/", include("lacarte.pages.provider.reply_urls")),
    path("unmet/", include("lacarte.pages.planner.urls")),
    path("rates/", include("lacarte.pages.public.urls")),
    path("priority/", include("lacarte.pages.public.priority_urls")),
    path("how/<str:token>/", answering.page, name="how"),
    path("burning/", burning.page, name="burning"),
    path("burning/burning.json", burning.as_json, name="burning-json"),
    path("", include("lacarte.pages.operations.urls")),
    path("design/", views.gallery, name="design"),
    path("map/regions.json", regions_json, name="regions"),
    path("sign-in/", SignIn.as_view(), name="login"),
    path("sign-out/", SignOut.as_view(), name="logout"),
    path("language/", include("django.conf.urls.i18n")),
    path("gateways/", include("lacarte.standards.gateways.urls")),
    path("open311/", include("lacarte.standards.open311.urls")),
    path("hsds/", include("lacarte.standards.hsds.api.urls")),
]
handler400 = "lacarte.pages.design.views.bad_request"
handler403 = "lacarte.pages.design.views.forbidden"
handler404 = "lacarte.pages.design.views.not_found"
handler500 = "lacarte.pages.design.views.failed"
