CREATE TABLE IF NOT EXISTS metrics (
    recorded_at timestamptz NOT NULL,
    server_name text NOT NULL,
    cpu_percent double precision,
    memory_percent double precision,
    disk_percent double precision,
    load_average double precision,
    network_in_bytes double precision,
    network_out_bytes double precision
);
CREATE INDEX IF NOT EXISTS metrics_recorded_at ON metrics (recorded_at);
CREATE INDEX IF NOT EXISTS metrics_server_recorded_at ON metrics (server_name, recorded_at);
COMMENT ON COLUMN metrics.network_in_bytes IS 'bytes a second';

CREATE TABLE IF NOT EXISTS service_health (
    service_name text PRIMARY KEY,
    status integer,
    message text,
    changed_at timestamptz NOT NULL
);

CREATE TABLE IF NOT EXISTS service_health_history (
    changed_at timestamptz NOT NULL,
    service_name text NOT NULL,
    status integer NOT NULL,
    PRIMARY KEY (service_name, changed_at)
);

CREATE TABLE IF NOT EXISTS logs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    logged_at timestamptz NOT NULL,
    severity text NOT NULL,
    service text NOT NULL,
    message text NOT NULL,
    duration_ms double precision,
    request_id uuid NOT NULL,
    context jsonb NOT NULL
);
CREATE INDEX IF NOT EXISTS logs_logged_at ON logs (logged_at);
CREATE INDEX IF NOT EXISTS logs_severity_logged_at ON logs (severity, logged_at);

CREATE TABLE IF NOT EXISTS orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ordered_at timestamptz NOT NULL,
    customer text NOT NULL,
    country text NOT NULL,
    currency text NOT NULL,
    amount numeric(12, 2) NOT NULL,
    items integer NOT NULL,
    status text NOT NULL
);
CREATE INDEX IF NOT EXISTS orders_ordered_at ON orders (ordered_at);
