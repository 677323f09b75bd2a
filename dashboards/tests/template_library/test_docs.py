"""docs/templates.md lists the templates as they are."""

from pathlib import Path

from django.conf import settings

from dashboards.tests.template_library.listing import BEGIN, END, listed


def test_the_documentation_lists_them_as_they_are() -> None:
    text = (Path(settings.BASE_DIR) / "docs" / "templates.md").read_text()
    inside = text.partition(BEGIN)[2].partition(END)[0]
    assert inside.strip() == listed().strip()
