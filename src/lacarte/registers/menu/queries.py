"""Reading the menu."""

from __future__ import annotations

from django.db import connection
from django.db.models import QuerySet

from lacarte.kernel.prepared import Prepared
from lacarte.registers.menu.models import ServiceType

_ORDERABLE_OF_CODE = Prepared(ServiceType, "code = %s AND orderable")


def orderable() -> QuerySet[ServiceType]:
    """The service types that can be ordered, by life area."""
    return ServiceType.objects.filter(orderable=True).select_related("parent")


def orderable_by_code(code: str) -> ServiceType | None:
    """The service type of a code, if there is one that can be ordered."""
    return _ORDERABLE_OF_CODE.first(code)


def orderable_codes() -> tuple[str, ...]:
    """The codes of what can be ordered. Asked for each need that comes in, hence without the mapper's toll."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT code FROM menu_servicetype WHERE orderable ORDER BY code")
        return tuple(code for (code,) in cursor.fetchall())
