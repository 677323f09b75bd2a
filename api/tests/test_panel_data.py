"""The cases every panel type is built for, each against tables made for it, through the JSON API."""

import pytest

CPU = {
    "type": "timeseries",
    "data_source": {
        "table": "cpu",
        "columns": {"timestamp": "at", "value": "percent", "series_label": "server"},
        "aggregate": "avg",
    },
}
DAY = "2026-03-01T00:00:00Z"


def series_panel(make_panel, table="cpu", *, labelled=True):
    columns = {"timestamp": "at", "value": "percent"} | ({"series_label": "server"} if labelled else {})
    return make_panel("cpu", type="timeseries", data_source={"table": table, "columns": columns, "aggregate": "avg"})


@pytest.fixture
def cpu_table(acme_database, admin_sql):
    """1,000 rows of one server over ten days, a quarter of an hour apart, and 240 of two others over two hours."""
    admin_sql(
        acme_database,
        f"""
        DROP TABLE IF EXISTS cpu, empty_cpu;
        CREATE TABLE cpu (at timestamptz, server text, percent float8);
        CREATE TABLE empty_cpu (LIKE cpu);
        INSERT INTO cpu SELECT timestamptz '{DAY}' + n * interval '864 seconds', 'long', n % 100 FROM generate_series(0, 999) n;
        INSERT INTO cpu SELECT timestamptz '2026-02-01Z' + n * interval '1 minute', 'web-' || n % 2, n FROM generate_series(0, 119) n;
        """,
    )


def test_two_hours_are_not_aggregated(cpu_table, make_panel, data_of, bob, acme):
    series_panel(make_panel)
    answer = data_of(bob, acme, "cpu", date_from="2026-02-01T00:00:00Z", date_to="2026-02-01T02:00:00Z")
    assert answer["aggregation_info"] == {"applied": False, "reason": "range too small"}
    assert [(one["label"], len(one["values"])) for one in answer["data"]["series"]] == [("web-0", 60), ("web-1", 60)]
    assert answer["data"]["series"][0]["timestamps"][0] == "2026-02-01T00:00:00+00:00"


def test_ten_days_come_in_buckets_of_an_hour(cpu_table, make_panel, data_of, bob, acme):
    series_panel(make_panel)
    answer = data_of(bob, acme, "cpu", date_from=DAY, date_to="2026-03-11T00:00:00Z")
    assert answer["aggregation_info"] == {"applied": True, "bucket_interval": "1 hour"}
    [series] = answer["data"]["series"]
    assert len(series["values"]) == 240
    assert series["values"][0] == pytest.approx(2.0)


def test_the_flag_disables_aggregation(cpu_table, make_panel, data_of, bob, acme):
    series_panel(make_panel)
    answer = data_of(bob, acme, "cpu", date_from=DAY, date_to="2026-03-11T00:00:00Z", disable_aggregation="true")
    assert answer["aggregation_info"] == {"applied": False, "reason": "disable_aggregation flag"}
    assert len(answer["data"]["series"][0]["values"]) == 1000


def test_a_series_without_a_label_is_called_default(cpu_table, make_panel, data_of, bob, acme):
    series_panel(make_panel, labelled=False)
    answer = data_of(bob, acme, "cpu")
    assert answer["aggregation_info"] is None
    assert [one["label"] for one in answer["data"]["series"]] == ["default"]


@pytest.mark.parametrize("ends", [{}, {"date_from": "2000-01-01"}, {"date_to": "2099-01-01"}])
def test_an_open_range_gives_the_newest_rows_in_order(cpu_table, make_panel, data_of, bob, acme, ends):
    acme.row_limit = 10
    acme.save()
    series_panel(make_panel, labelled=False)
    answer = data_of(bob, acme, "cpu", **ends)
    times = answer["data"]["series"][0]["timestamps"]
    assert times == sorted(times)
    assert times[-1].startswith("2026-03-10T23:45")
    assert len(times) == 10


def test_an_empty_range_has_no_series(cpu_table, make_panel, data_of, bob, acme):
    series_panel(make_panel)
    assert data_of(bob, acme, "cpu", date_from="2020-01-01", date_to="2020-01-02")["data"]["series"] == []


def test_a_missing_table_is_a_failed_query_that_names_nothing_to_a_viewer(make_panel, data_of, bob, acme):
    series_panel(make_panel, table="not_there")
    answer = data_of(bob, acme, "cpu", status=500)
    assert "not_there" not in str(answer)
    assert answer["request_id"]


def test_an_unreachable_tenant_is_503(make_panel, data_of, bob, acme):
    series_panel(make_panel)
    acme.host = "/nowhere"
    acme.save()
    assert "cannot be reached" in data_of(bob, acme, "cpu", status=503)["detail"]


@pytest.fixture
def kpi(acme_database, admin_sql, make_panel):
    """Make a KPI over a table with these values, one a minute, the last the newest."""

    def make(values: str):
        admin_sql(
            acme_database,
            f"""
            DROP TABLE IF EXISTS load;
            CREATE TABLE load (at timestamptz, percent float8);
            INSERT INTO load SELECT timestamptz '{DAY}' + n * interval '1 minute', v
            FROM unnest(ARRAY[{values}]::float8[]) WITH ORDINALITY AS t(v, n);
            """,
        )
        thresholds = [
            {"value": 50, "color": "#F59E0B", "label": "warning"},
            {"value": 80, "color": "#EF4444", "label": "critical"},
        ]
        source = {"table": "load", "columns": {"value": "percent"}, "query": "ORDER BY at DESC LIMIT 1"}
        display = {"unit": "percent", "decimals": 1, "thresholds": thresholds}
        return make_panel("load", type="kpi", data_source=source, display=display)

    return make


def test_the_highest_threshold_at_or_below_the_value_wins(kpi, data_of, bob, acme):
    kpi("85.7")
    data = data_of(bob, acme, "load")["data"]
    assert data == {
        "value": 85.7, "unit": "percent", "decimals": 1, "threshold_status": "critical", "threshold_color": "#EF4444",
    }  # fmt: skip


def test_a_kpi_takes_the_latest_of_a_hundred_rows(kpi, data_of, bob, acme):
    kpi(", ".join(str(n) for n in range(100)))
    assert data_of(bob, acme, "load")["data"]["value"] == 99


@pytest.mark.parametrize("values", ["", "NULL", "10, NULL"])
def test_a_kpi_without_a_value_is_good_and_not_zero(kpi, data_of, bob, acme, values):
    kpi(values)
    data = data_of(bob, acme, "load")["data"]
    assert (data["value"], data["threshold_status"], data["threshold_color"]) == (None, "good", "#10B981")


@pytest.fixture
def health(acme_database, admin_sql, make_panel):
    def make(rows: str):
        filled = f"INSERT INTO health VALUES {rows};" if rows else ""
        admin_sql(acme_database, f"DROP TABLE IF EXISTS health; CREATE TABLE health (name text, status int); {filled}")
        mapping = {"0": {"label": "healthy", "color": "#10B981"}, "1": {"label": "degraded", "color": "#F59E0B"}}
        columns = {"service_name": "name", "status_value": "status"}
        return make_panel(
            "health",
            type="health_status",
            data_source={"table": "health", "columns": columns},
            display={"status_mapping": mapping},
        )

    return make


def test_the_worst_service_comes_first(health, data_of, bob, acme):
    health("('a', 0), ('b', 0), ('c', 1)")
    services = data_of(bob, acme, "health")["data"]["services"]
    assert [(one["service_name"], one["status_label"]) for one in services] == [
        ("c", "degraded"), ("a", "healthy"), ("b", "healthy"),
    ]  # fmt: skip


@pytest.mark.parametrize("status", ["99", "NULL"])
def test_an_unmapped_status_is_unknown(health, data_of, bob, acme, status):
    health(f"('a', {status})")
    [service] = data_of(bob, acme, "health")["data"]["services"]
    assert (service["status_label"], service["status_color"]) == ("unknown", "#6B7280")


def test_an_empty_health_table_has_no_services(health, data_of, bob, acme):
    health("")
    assert data_of(bob, acme, "health")["data"] == {"services": []}


@pytest.fixture
def table(acme_database, admin_sql, make_panel):
    def make(rows: int):
        admin_sql(
            acme_database,
            f"""
            DROP TABLE IF EXISTS lines;
            CREATE TABLE lines (id int PRIMARY KEY, message text);
            INSERT INTO lines SELECT n, 'line ' || n FROM generate_series(1, {rows}) AS n;
            """,
        )
        columns = [{"name": "id", "display": "No", "format": "number"}, {"name": "message"}]
        display = {"pagination": 25, "default_sort": "id", "default_sort_order": "asc"}
        return make_panel("lines", type="table", data_source={"table": "lines", "columns": columns}, display=display)

    return make


def test_fifty_rows_come_by_twenty_five(table, data_of, bob, acme):
    table(50)
    data = data_of(bob, acme, "lines")["data"]
    assert data["columns"][0] == {"name": "id", "display": "No", "format": "number"}
    assert data["rows"][0] == {"id": 1, "message": "line 1"}
    assert data["pagination"] == {"current_page": 1, "page_size": 25, "total_rows": 50, "total_pages": 2}
    assert data["sort"] == {"column": "id", "order": "asc"}


def test_rows_are_sorted_as_asked(table, data_of, bob, acme):
    table(50)
    data = data_of(bob, acme, "lines", sort_column="id", sort_order="desc")["data"]
    assert data["rows"][0]["id"] == 50
    assert data["sort"] == {"column": "id", "order": "desc"}


def test_the_last_page_has_the_rest(table, data_of, bob, acme):
    table(50)
    assert [row["id"] for row in data_of(bob, acme, "lines", page="2")["data"]["rows"]] == list(range(26, 51))


def test_a_page_past_the_end_has_no_rows(table, data_of, bob, acme):
    table(20)
    data = data_of(bob, acme, "lines", page="5")["data"]
    assert data["rows"] == []
    assert data["pagination"]["total_pages"] == 1


def test_an_unknown_sort_column_is_422(table, data_of, bob, acme):
    table(5)
    assert "not a column" in data_of(bob, acme, "lines", sort_column="nope; drop", status=422)["detail"]


def test_sql_without_listed_columns_is_sorted_by_what_it_answers(table, make_panel, data_of, bob, acme):
    table(5)
    make_panel("free", type="table", data_source={"sql": "SELECT id AS no, message FROM lines"})
    data = data_of(bob, acme, "free", sort_column="no", sort_order="desc")["data"]
    assert [row["no"] for row in data["rows"]] == [5, 4, 3, 2, 1]
    assert data["sort"] == {"column": "no", "order": "desc"}
    assert "not a column" in data_of(bob, acme, "free", sort_column="id", status=422)["detail"]


@pytest.mark.parametrize("page", ["0", "-1", "x", "1e3", "٣", "9" * 40])
def test_a_page_that_is_no_number_is_422(table, data_of, bob, acme, page):
    table(5)
    data_of(bob, acme, "lines", page=page, status=422)


def test_an_empty_table_has_no_pages(table, data_of, bob, acme):
    table(0)
    data = data_of(bob, acme, "lines")["data"]
    assert data["rows"] == []
    assert data["pagination"]["total_pages"] == 0


def test_beyond_ten_thousand_rows_the_total_is_an_estimate(table, data_of, bob, acme, acme_database, admin_sql):
    table(20_000)
    admin_sql(acme_database, "ANALYZE lines")
    pagination = data_of(bob, acme, "lines")["data"]["pagination"]
    assert pagination["total_is_estimate"] is True
    assert 15_000 <= pagination["total_rows"] <= 25_000


def test_only_editors_see_the_query(table, data_of, ada, bob, acme):
    table(5)
    assert "SELECT" in data_of(ada, acme, "lines")["data"]["query_executed"]
    assert "query_executed" not in data_of(bob, acme, "lines")["data"]


def test_a_stranger_gets_the_same_403_for_a_tenant_that_exists_and_one_that_does_not(table, data_of, eve, acme, client):
    table(5)
    known = data_of(eve, acme, "lines", status=403)
    unknown = client.get("/api/v1/panels/lines/data", {"tenant_id": "nobody"})
    assert (unknown.status_code, unknown.json()) == (403, known)


def test_a_platform_admin_gets_404_for_a_tenant_that_does_not_exist(root, client):
    client.force_login(root)
    assert client.get("/api/v1/panels", {"tenant_id": "nobody"}).status_code == 404


def test_nobody_signed_in_is_401(client, acme):
    response = client.get("/api/v1/panels", {"tenant_id": "acme"})
    assert (response.status_code, response.json()) == (401, {"detail": "Please sign in."})


def test_lists_name_what_a_tenant_has(table, ada, acme, client):
    table(1)
    client.force_login(ada)
    (tenant,) = client.get("/api/v1/tenants").json()["items"]
    assert (tenant["tenant_id"], tenant["name"], tenant["role"]) == ("acme", "Acme", "editor")
    panels = client.get("/api/v1/panels", {"tenant_id": "acme"}).json()
    assert panels["count"] == 1
    assert panels["items"][0].items() >= {"panel_id": "lines", "panel_type": "table", "title": "Lines"}.items()


def test_a_tenants_own_panel_wins_over_the_shared_one_of_the_same_id(table, data_of, ada, acme, make_panel):
    table(3)
    make_panel("lines", tenant=acme, type="table", data_source={"sql": "SELECT 7 AS own"})
    assert data_of(ada, acme, "lines")["data"]["rows"] == [{"own": 7}]


@pytest.mark.parametrize(
    ("ends", "named"),
    [
        ({"date_from": "soon"}, "“date_from”"),
        ({"date_to": "soon"}, "“date_to”"),
        ({"date_from": "2026-02-02", "date_to": "2026-02-01"}, "“date_from” must be earlier than “date_to”"),
    ],
)
def test_a_range_that_cannot_be_read_is_named_as_the_program_named_it(client, bob, acme, make_panel, ends, named):
    series_panel(make_panel)
    client.force_login(bob)
    answer = client.get("/api/v1/panels/cpu/data", {"tenant_id": "acme", **ends})
    assert answer.status_code == 422
    assert named in answer.json()["detail"]


def test_an_unchanged_answer_is_not_sent_again(cpu_table, make_panel, client, bob, ada, acme):
    series_panel(make_panel)
    client.force_login(bob)
    url = "/api/v1/panels/cpu/data?tenant_id=acme&date_from=2026-02-01T00:00:00Z&date_to=2026-02-01T02:00:00Z"
    etag = client.get(url)["ETag"]
    again = client.get(url, headers={"If-None-Match": f'"other", {etag}'})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)
    assert client.get(url, headers={"If-None-Match": '"other"'}).status_code == 200
    assert client.get(f"{url}&disable_aggregation=true", headers={"If-None-Match": etag}).status_code == 200
    client.force_login(ada)
    assert client.get(url, headers={"If-None-Match": etag}).status_code == 200
