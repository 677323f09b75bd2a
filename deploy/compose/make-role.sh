#!/bin/sh
# At the first start of compose.yaml's PostgreSQL: PanelDash's own role, which is no superuser, and its database.
set -eu
psql --set ON_ERROR_STOP=1 --username postgres --set password="$(cat /run/secrets/db_password)" <<'SQL'
CREATE ROLE paneldash LOGIN PASSWORD :'password';
CREATE DATABASE paneldash OWNER paneldash;
SQL
