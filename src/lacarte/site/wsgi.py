"""The web application, served by granian."""

import gc
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from lacarte.kernel.uploads import most_bytes
from lacarte.site.bodies import WAITING, Bodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lacarte.site.settings")
application = Bodies(
    get_wsgi_application(),
    threads=settings.CONFIGURED["threads"],
    most=most_bytes,
    of_one=WAITING if settings.CONFIGURED["trusted_proxies"] else WAITING // 2,  # a proxy is everybody
)

get_resolver().url_patterns  # noqa: B018 (loads the pages, which the first request would wait for)
gc.collect()
gc.freeze()  # to look through what is loaded for garbage, which it never becomes, stops a request for 70 ms
