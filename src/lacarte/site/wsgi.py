"""The web application, served by granian."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from lacarte.kernel.uploads import most_bytes
from lacarte.site.bodies import WAITING, Bodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lacarte.site.settings")
application = Bodies(
    get_wsgi_application(),
    threads=settings.CONFIGURED["threads"],
    most=most_bytes,
    of_one=WAITING if settings.CONFIGURED["trusted_proxies"] else WAITING // 2,  # a proxy is everybody
)
