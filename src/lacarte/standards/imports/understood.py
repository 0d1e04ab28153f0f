"""What the program makes of the words of needs that another system took in."""

from __future__ import annotations

from django.utils import timezone

from lacarte.loop.needs.models import Need, Understanding
from lacarte.loop.needs.understanding.placing import places_in
from lacarte.loop.needs.understanding.privacy import personal_in
from lacarte.loop.needs.understanding.reading import understand
from lacarte.loop.needs.urgency.judging import judge


def read_words(need: Need) -> Understanding:
    """What the words of ``need``, which is not saved yet, say; kept beside it.

    Type and region stay as its own system said. A danger that was told long ago alarms nobody: an open need only
    becomes as urgent as its words are.
    """
    reading = understand(need.text, need.service_type)
    places = places_in(f"{need.address}\n{need.text}") if need.longitude is None else []
    month = timezone.localtime(need.received_at).month
    judged = judge(need.text, service_type=need.service_type, month=month)
    if need.state == Need.State.OPEN:
        need.urgency = judged.urgency
    return Understanding(
        need=need,
        language=reading.language,
        language_certainty=reading.language_certainty,
        types=[vars(one) for one in reading.types],
        model=reading.model,
        places=[{"code": f.place.code, "name": str(f.place), "certainty": round(f.certainty, 3)} for f in places],
        personal=personal_in(need.text),
        rules=judged.rules,
    )
