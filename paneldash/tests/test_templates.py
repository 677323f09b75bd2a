"""Templates have only places where Django's escaping protects: case 54."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
PYTHON = sorted(path for app in ("paneldash", "tenants", "audit", "dashboards", "datasources", "api", "demo") for path in (settings.BASE_DIR / app).rglob("*.py") if "tests" not in path.parts)  # fmt: skip
OUR_OWN_WORDS = "{{ field.help_text|safe }}"  # lists of Django's password rules; nobody writes them at run time
FORBIDDEN = {
    "a filter that says it is safe": re.compile(r"\|\s*safe(seq)?\b|autoescape\s+off"),
    "an attribute without quotes": re.compile(r"<[^<>]*\s[\w:-]+=(?:\{\{|\{%|[^\s\"'<>{])[^<>]*>"),
    "a handler": re.compile(r"<[^<>]*\s(?:on\w+|hx-on[\w:.-]*|x-\w+|@\w+)\s*=", re.IGNORECASE),
    "a style": re.compile(r"<style|<[^<>]*\sstyle\s*=", re.IGNORECASE),
    "a script in the page": re.compile(r"<script(?![^>]*(?:\ssrc=|application/json))", re.IGNORECASE),
    "a value where code stands": re.compile(r"href=[\"']\s*javascript:|hx-vals=[\"']js:|hx-vars=", re.IGNORECASE),
    "a file from elsewhere": re.compile(r"(?:src|<link[^>]*href)=[\"'](?:https?:)?//", re.IGNORECASE),
}


def without_tags(text: str) -> str:
    """The markup: without comments, template tags, and what stands inside quotes."""
    text = re.sub(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", "", text, flags=re.DOTALL)
    text = re.sub(r"\{%.*?%\}", "", text, flags=re.DOTALL)
    return re.sub(
        r"=\s*(?:\"(?!\s*(?:javascript|js|https?|/):?)[^\"]*\"|'(?!\s*(?:javascript|js|https?|/):?)[^']*')", '=""', text
    )


def test_there_are_templates_to_look_at() -> None:
    assert len(TEMPLATES) > 40


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_template_has(what: str) -> None:
    pattern = FORBIDDEN[what]
    raw = what.startswith("a filter")
    texts = {path.name: path.read_text().replace(OUR_OWN_WORDS, "") for path in TEMPLATES}
    assert [name for name, text in texts.items() if pattern.search(text if raw else without_tags(text))] == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("<p title={{ x }}>", "an attribute without quotes"), ("<p class=a>", "an attribute without quotes"),
        ("<a onclick=\"f('{{ x }}')\">", "a handler"), ('<p {% if x %}style="{{ y }}"{% endif %}>', "a style"),
        ("{{ x|safe }}", "a filter that says it is safe"), ("<script>let x = 1</script>", "a script in the page"),
    ],
)  # fmt: skip
def test_the_search_finds_what_it_is_for(text: str, what: str) -> None:
    assert FORBIDDEN[what].search(text if what.startswith("a filter") else without_tags(text))


@pytest.mark.parametrize(
    "text", ['<p title="{{ x }}" data-a>', "<p {% if a == 'b' %}hidden{% endif %}>", '<a href="/?a=b">a = b</a>']
)
def test_the_search_lets_good_markup_be(text: str) -> None:
    assert not [what for what, pattern in FORBIDDEN.items() if pattern.search(without_tags(text))]


def test_markup_is_made_in_python_by_template_tags_only() -> None:
    """Whoever calls mark_safe answers for the escaping: that is done in one place."""
    callers = {path.relative_to(Path(settings.BASE_DIR)).as_posix() for path in PYTHON if "mark_safe(" in path.read_text()}
    assert callers <= {"dashboards/templatetags/panels.py", "dashboards/templatetags/variables.py"}


@pytest.mark.parametrize("name", ["base.html", "admin/operator_page.html"])
def test_htmx_hands_on_no_style_which_the_pages_policy_refuses(name: str) -> None:
    text = (settings.BASE_DIR / "templates" / name).read_text()
    config = json.loads(text.partition("htmx-config")[2].partition("content='")[2].partition("'>")[0])
    assert config["attributesToSettle"] == ["class"]
