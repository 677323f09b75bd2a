from dashboards.tests.checking.conftest import admin_sql_of_module, databases, shops  # noqa: F401
