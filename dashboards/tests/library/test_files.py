"""Documents go out as a file and come back: the same for the same, nothing before it was shown, and nothing hostile at all."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from django.test import Client

from audit.models import Event
from dashboards.as_code.pieces import Refused
from dashboards.as_code.upload import MOST_BYTES, read_upload
from dashboards.library.history import history
from dashboards.library.uploading import Otherwise, report_on, take
from dashboards.models import Dashboard, Panel
from dashboards.viewer import Viewer
from tenants.models import Membership, Role, Tenant, User

UPLOAD = "/t/acme/upload/"
KPI = "id: answer\npanel:\n  type: kpi\n  title: Answer\n  data_source: {sql: SELECT 42 AS value}\n"
BOARD = "id: board\ndashboard:\n  name: Board\n  panels: [{id: answer}]\n"
BOTH = f"{KPI}---\n{BOARD}"


@pytest.fixture
def get() -> Callable[..., Any]:
    def ask(user: User, path: str) -> Any:
        client = Client()
        client.force_login(user)
        return client.get(path)

    return ask


@pytest.fixture
def bring() -> Callable[..., Any]:
    """Post the form of the upload: `bring(ada, text=…)`, `bring(ada, file="name.yaml", text=…)`."""

    def post(user: User, text: str | bytes = "", *, file: str = "", path: str = UPLOAD, **fields: str) -> Any:
        client = Client()
        client.force_login(user)
        if file:
            sent: Any = io.BytesIO(text if isinstance(text, bytes) else text.encode())
            sent.name = file
            return client.post(path, {"file": sent, **fields})
        return client.post(path, {"text": text, **fields})

    return post


def mark_of(response: Any) -> str:
    return str(response.context["report"].mark)


def said(response: Any) -> str:
    return " ".join(response.content.decode().split())


# What goes out


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_what_is_downloaded_can_be_brought_to_another_tenant(
    board: Dashboard, ada: User, globex: Tenant, get: Callable, bring: Callable, form: str
) -> None:
    Membership.objects.create(user=ada, tenant=globex, role="editor")
    file = get(ada, f"/t/acme/d/board/download/?panels&format={form}")
    assert file["Content-Disposition"] == f'attachment; filename="board.{form}"'
    text = file.content.decode()
    reported = bring(ada, text, path="/t/globex/upload/")
    assert [change.act for change in reported.context["report"].plan.changes] == ["create", "create"]
    bring(ada, text, path="/t/globex/upload/", confirm=mark_of(reported))
    again = get(ada, f"/t/globex/d/board/download/?panels&format={form}")
    assert again.content == file.content
    assert "Nothing would change" in said(bring(ada, text, path="/t/globex/upload/"))


def test_a_file_names_no_person_and_no_tenant(
    make_panel: Callable, make_board: Callable, ada: User, get: Callable, acme: Tenant, globex: Tenant
) -> None:
    panel = make_panel("cpu")
    panel.scope = "chosen"
    panel.save()
    panel.shared_with.set([acme, globex])
    make_board("board", None, ("cpu",))
    for path in ("/t/acme/d/board/download/?panels", "/t/acme/panels/cpu/download/"):
        text = get(ada, path).content.decode()
        assert "SELECT 42" in text
        assert not [word for word in ("globex", "acme", "ada@", "shared_with") if word in text]


def test_all_of_a_tenants_own_that_one_sees_goes_into_one_file(
    board: Dashboard, make_board: Callable, make_panel: Callable, ada: User, root: User, get: Callable, acme: Tenant
) -> None:
    make_board("hers", acme, beside={"private_to": root})
    make_board("mine", acme, beside={"private_to": ada})
    make_panel("shared")
    pieces = list(yaml.safe_load_all(get(ada, "/t/acme/download/").content))
    assert [piece["id"] for piece in pieces] == ["answer", "board", "mine"]
    assert get(ada, "/t/acme/download/?format=xml").status_code == 404


def test_texts_that_look_like_names_of_the_environment_come_back_as_they_are(
    make_panel: Callable, ada: User, get: Callable, bring: Callable, acme: Tenant
) -> None:
    make_panel("answer", acme, description="Costs ${SECRET_KEY} or $${so}")
    text = get(ada, "/t/acme/panels/answer/download/").content.decode()
    assert "Nothing would change" in said(bring(ada, text))


def test_what_goes_out_is_recorded(board: Dashboard, ada: User, get: Callable, acme: Tenant) -> None:
    get(ada, "/t/acme/d/board/download/?panels")
    told = Event.objects.get(action="export")
    assert (told.tenant_id, told.object, told.details["what"], told.details["rows"]) == (acme.pk, "Board", "documents", 2)


# What comes in


def test_nothing_is_done_before_it_was_shown_and_confirmed(ada: User, acme: Tenant, bring: Callable) -> None:
    reported = bring(ada, BOTH)
    assert reported.status_code == 200
    assert not Panel.objects.exists()
    done = bring(ada, BOTH, confirm=mark_of(reported))
    assert (done.status_code, done["Location"]) == (302, "/t/acme/dashboards/")
    board = Dashboard.objects.get()
    assert (board.tenant, board.changed_by, board.changed_through, board.is_managed) == (acme, ada.email, "upload", False)
    assert [place.panel_slug for place in board.placements.all()] == ["answer"]


def test_a_change_is_shown_field_by_field_and_is_a_version(board: Dashboard, ada: User, bring: Callable) -> None:
    changed = KPI.replace("title: Answer", "title: Other")
    reported = bring(ada, changed)
    assert "<code>title</code>" in said(reported)
    bring(ada, changed, confirm=mark_of(reported))
    panel = Panel.objects.get()
    assert (panel.title, panel.version, [one.number for one in history(panel)]) == ("Other", 2, [2, 1])


def test_what_changed_meanwhile_is_reported_anew(
    board: Dashboard, ada: User, root: User, bring: Callable, change: Callable
) -> None:
    changed = KPI.replace("title: Answer", "title: Other")
    reported = bring(ada, changed)
    change(Panel.objects.get(), by=root, title="Meanwhile")
    late = bring(ada, changed, confirm=mark_of(reported))
    assert late.status_code == 409
    assert "Something else would change now" in said(late)
    assert "Meanwhile" in said(late)
    assert Panel.objects.get().title == "Meanwhile"
    assert bring(ada, changed, confirm=mark_of(late)).status_code == 302


def test_a_mark_is_good_for_its_own_text_and_tenant(ada: User, acme: Tenant, globex: Tenant, bring: Callable) -> None:
    Membership.objects.create(user=ada, tenant=globex, role="editor")
    mark = mark_of(bring(ada, KPI))
    assert bring(ada, KPI.replace("Answer", "Other"), confirm=mark).status_code == 409
    assert bring(ada, KPI, path="/t/globex/upload/", confirm=mark).status_code == 409
    assert not Panel.objects.exists()


def test_a_file_with_other_line_ends_is_confirmed_as_well(ada: User, acme: Tenant, bring: Callable) -> None:
    reported = bring(ada, BOTH.replace("\n", "\r\n"), file="both.yaml")
    sent_back = reported.context["text"].replace("\n", "\r\n")  # as a browser sends what stands in a form
    assert bring(ada, sent_back, name="both.yaml", confirm=mark_of(reported)).status_code == 302


def test_one_document_alone_has_its_id_from_its_files_name(ada: User, acme: Tenant, bring: Callable) -> None:
    alone = KPI.partition("\n")[2]
    assert "is required" in said(bring(ada, alone))
    reported = bring(ada, alone, file="cpu_usage.yaml")
    bring(ada, alone, name="cpu_usage.yaml", confirm=mark_of(reported))
    assert Panel.objects.get().slug == "cpu_usage"


def test_a_dashboard_needs_its_panels(ada: User, acme: Tenant, globex: Tenant, bring: Callable, make_panel: Callable) -> None:
    make_panel("answer", globex)
    answer = bring(ada, BOARD)
    assert answer.status_code == 422
    assert "panels[0].id: this tenant has no panel “answer”, and none is brought along" in said(answer)


def test_what_a_file_keeps_is_said_to_be_kept_there(board: Dashboard, ada: User, bring: Callable) -> None:
    Panel.objects.update(managed_file="panels/answer.yaml", managed_version=1)
    assert "is kept in the file panels/answer.yaml" in said(bring(ada, KPI.replace("title: Answer", "title: Other")))


def test_what_one_does_not_see_is_neither_shown_nor_changed(
    make_board: Callable, ada: User, root: User, acme: Tenant, bring: Callable
) -> None:
    make_board("board", acme, name="Her secret", beside={"private_to": root})
    answer = bring(ada, "id: board\ndashboard: {name: Mine}\n")
    assert answer.status_code == 422
    assert "“board” is taken" in said(answer)
    assert "secret" not in said(answer)
    assert Dashboard.objects.get().name == "Her secret"


HOSTILE = {
    "an alias": ("a: &x [1]\nid: b\npanel: *x\n", "aliases"),
    "a bomb": ("a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\npanel: *c\n", "aliases"),
    "a tag": ("panel: !!python/object/apply:os.system [id]\n", "tags"),
    "depth": ("panel: " + "[" * 500 + "]" * 500, "too deep"),
    "depth in JSON": ('{"panel": ' + "[" * 5_000 + "]" * 5_000 + "}", "too deep"),
    "a key twice": ("panel: {title: a, title: b}\n", "stands twice"),
    "a key twice in JSON": ('{"panel": {"title": "a", "title": "b"}}', "stands twice"),
    "a constant": ('{"id": "a", "panel": {"title": NaN}}', "NaN is no value"),
    "an include": (f"{KPI}  include: fragments/x.yaml\n", "an upload includes nothing"),
    "the environment": (f"environment: [SECRET_KEY]\n{KPI}", "takes nothing from the server"),
    "a number without end": ('{"id": "a", "panel": {"title": ' + "1" * 5_000 + "}}", "Exceeds the limit"),
    "depth after too many": ("[" + "1," * 200 + "[" * 500 + "]" * 501, "more than 200 documents"),
    "a key of JavaScript's": ('{"id": "a", "panel": {"__proto__": {}}}', "__proto__"),
    "a data source": ("id: a\ndatasource: {kind: prometheus, settings: {url: x}}\n", "data sources are kept by admins"),
    "sharing": (f"shared_with: [globex]\n{KPI}", "shared with nobody"),
    "SQL that writes": (KPI.replace("SELECT 42 AS value", "DROP TABLE orders"), "data_source"),
    "no document": ("just a text", "must hold panel: or dashboard:"),
    "nothing": ("\n\n", "holds no document"),
    "a control character": (KPI.replace("Answer", "An\x07swer"), "is not allowed in YAML"),
    "half a surrogate": ('{"id": "a", "panel": {"title": "\\ud800"}}', "broken"),
    "markup": (KPI.replace("kpi", '"<script>alert(1)</script>"'), "must be one of"),
    "too many documents": ("---\n".join(KPI.replace("answer", f"a{n}", 1) for n in range(201)), "more than 200 documents"),
    "too many values": ("[" + "a," * 12_000 + "]", "at most 5,000 values"),
    "too many in all": (("---\n[" + "a," * 900 + "]\n") * 40, "more than 30,000 keys and values"),
    "a number nobody can write": ("id: a\npanel: {title: 0x" + "f" * 9_000 + "}", "too large"),
    "a broken name in JSON": ('{"id": "a", "panel": {"title": "x", "\\ud800": 1}}', "in a key"),
    "a text too long": ("#" * (MOST_BYTES + 1), "more than 200,000 bytes"),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_hostile_is_refused_in_words(ada: User, acme: Tenant, bring: Callable, what: str) -> None:
    text, reason = HOSTILE[what]
    for answer in (bring(ada, text), bring(ada, text, file="upload.yaml")):
        assert answer.status_code == 422
        assert reason in said(answer)
        assert "<script>alert" not in answer.content.decode()
    assert not Panel.objects.exists()


def test_no_value_of_the_servers_environment_gets_into_a_document(
    ada: User, acme: Tenant, bring: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_KEY", "canary")
    answer = bring(ada, KPI.replace("title: Answer", "title: Is ${SOME_KEY}"))
    assert "canary" not in said(answer)


def test_a_file_that_is_no_text_is_refused(ada: User, acme: Tenant, bring: Callable) -> None:
    assert "is not UTF-8" in said(bring(ada, b"\xff\xfe\x00", file="x.yaml"))
    assert "more than 200,000 bytes" in said(bring(ada, b"x" * 300_000, file="x.yaml"))
    assert bring(ada, KPI, file="<img src=x>\u202e.yaml").status_code == 200


def test_every_mistake_is_named_with_its_line(ada: User, acme: Tenant, bring: Callable) -> None:
    text = said(bring(ada, BOTH.replace("type: kpi", "type: pyramid").replace("name: Board", "name: ''"), file="both.yaml"))
    assert "both.yaml:3: type: must be one of" in text
    assert "both.yaml:9: name:" in text


@pytest.mark.parametrize(("indent", "line"), [(1, 15), ("\t", 1)])
def test_a_mistake_in_json_has_its_line_where_yaml_can_tell(indent: Any, line: int) -> None:
    panels = [
        {"id": name, "panel": {"type": kind, "title": "T", "data_source": {"sql": "SELECT 1 AS value"}}}
        for name, kind in (("a", "kpi"), ("b", "pyramid"))
    ]
    with pytest.raises(Refused, match=f"both.json:{line}: type: must be one of"):
        read_upload(json.dumps(panels, indent=indent), "both.json", is_shared=False)


def test_a_body_is_refused_before_its_file_is_written_anywhere(ada: User, acme: Tenant, bring: Callable) -> None:
    assert bring(ada, b"x" * 2_000_001, file="x.yaml").status_code == 400


@pytest.mark.parametrize("path", [UPLOAD, "/t/acme/download/", "/t/acme/d/board/download/", "/t/acme/panels/answer/download/"])
def test_viewers_and_strangers_take_nothing_and_bring_nothing(
    board: Dashboard, bob: User, eve: User, get: Callable, bring: Callable, path: str
) -> None:
    assert (get(bob, path).status_code, get(eve, path).status_code) == (403, 404)
    assert (bring(bob, KPI).status_code, bring(eve, KPI).status_code) == (403, 404)


def test_two_who_confirm_at_once_do_it_once(ada: User, acme: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    from dashboards.library import uploading

    viewer, definitions = Viewer.named(ada, acme, Role.EDITOR), read_upload(KPI, "", is_shared=False)
    report = report_on(definitions, viewer)
    take(definitions, viewer, confirmed=report.mark, by=ada)
    monkeypatch.setattr(uploading, "report_on", lambda *_: report)  # as if it had been read before the other one wrote
    with pytest.raises(Otherwise):
        take(definitions, viewer, confirmed=report.mark, by=ada)
    assert Panel.objects.get().version == 1


# Programs


@pytest.fixture
def call() -> Callable[..., Any]:
    def ask(user: User, **body: Any) -> Any:
        client = Client()
        client.force_login(user)
        return client.post("/api/v1/import", json.dumps(body), content_type="application/json")

    return ask


def test_programs_bring_documents_in_the_same_two_steps(ada: User, acme: Tenant, call: Callable) -> None:
    report = call(ada, tenant_id="acme", text=BOTH).json()
    assert (report["is_done"], [one["act"] for one in report["changes"]], report["unchanged"]) == (False, ["create"] * 2, 0)
    assert call(ada, tenant_id="acme", text=BOTH, confirm="other").status_code == 409
    done = call(ada, tenant_id="acme", text=BOTH, confirm=report["mark"]).json()
    assert done["is_done"]
    assert call(ada, tenant_id="acme", text=BOTH).json()["unchanged"] == 2
    changed = call(ada, tenant_id="acme", text=KPI.replace("42", "43")).json()["changes"]
    assert changed[0]["lines"] == ["data_source.sql: SELECT 42 AS value → SELECT 43 AS value"]


def test_programs_are_told_each_mistake(ada: User, acme: Tenant, call: Callable) -> None:
    answer = call(ada, tenant_id="acme", text=KPI.replace("kpi", "pyramid"), name="one.yaml")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == "one.yaml:3: type"


def test_who_may_not_edit_brings_nothing(ada: User, bob: User, eve: User, acme: Tenant, call: Callable) -> None:
    for user in (bob, eve):
        assert call(user, tenant_id="acme", text=KPI).status_code == 403
    assert call(ada, text=KPI).status_code == 403


def test_platform_admins_bring_what_is_shared(root: User, acme: Tenant, globex: Tenant, call: Callable, get: Callable) -> None:
    text = f"shared_with: [acme]\n{KPI}"
    call(root, text=text, confirm=call(root, text=text).json()["mark"])
    panel = Panel.objects.get()
    assert (panel.scope, [one.slug for one in panel.shared_with.all()]) == ("chosen", ["acme"])
    exported = get(root, "/api/v1/panels/answer/document").content.decode()
    assert "shared_with:\n- acme" in exported
    assert call(root, text=exported).json()["unchanged"] == 1
    assert call(root, text=f"shared_with: [nobody]\n{KPI}").status_code == 422


def test_programs_take_documents_away(board: Dashboard, ada: User, bob: User, eve: User, get: Callable) -> None:
    for path in ("dashboards/board/export", "panels/answer/document", "export"):
        assert get(ada, f"/api/v1/{path}?tenant_id=acme&format=json").json()
        assert get(bob, f"/api/v1/{path}?tenant_id=acme").status_code == 403
        assert get(eve, f"/api/v1/{path}?tenant_id=acme").status_code == 403
        assert get(ada, f"/api/v1/{path}?tenant_id=acme&format=xml").status_code == 422
    both = get(ada, "/api/v1/dashboards/board/export?tenant_id=acme&panels=true").content
    assert [piece["id"] for piece in yaml.safe_load_all(both)] == ["answer", "board"]
