"""How well the menu's own words sort texts that nobody has learnt from: those of the demo city."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lacarte.demo.content import read
from lacarte.loop.needs.understanding.reading import orderable_codes, taught_by_menu
from lacarte.registers.menu.actions import add_service_type
from lacarte.registers.menu.models import ServiceType

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("language", "first", "of_three"), [("en", 0.55, 0.73), ("zh-hans", 0.58, 0.77)])
def test_the_menus_words_find_the_type_of_most_texts(
    tmp_path: Path, settings: Any, language: str, first: float, of_three: float
) -> None:
    settings.HOME = tmp_path
    area = add_service_type(ServiceType.objects.get(number=0), code="all", name={"en": "All"}, orderable=False)
    for service in read().services:
        words = {"name": service.name, "description": service.description, "keywords": service.keywords}
        add_service_type(area, code=service.code, **words)
    reader = taught_by_menu(orderable_codes())
    assert reader is not None
    pairs = [(text, service.code) for service in read().services for text in service.texts[language]]
    chances = reader.classifier.probabilities([text.replace("{place}", "") for text, _ in pairs])
    order = np.array(reader.classifier.labels)[np.argsort(-chances, axis=1)]
    truth = np.array([code for _, code in pairs])
    assert (order[:, 0] == truth).mean() >= first
    assert (order[:, :3] == truth[:, None]).any(axis=1).mean() >= of_three
    surely = chances.max(axis=1) >= 0.9
    assert surely.mean() > 0.25, "a share of needs is set by itself from the first day on"
    assert (order[surely, 0] == truth[surely]).mean() >= 0.85, "and these are right"
