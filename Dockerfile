# Web and job worker from one image; Postgres and Valkey are reached by URL.
FROM python:3.11-slim-bookworm AS build
WORKDIR /app
COPY requirements.txt ./
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir -r requirements.txt
COPY pyproject.toml README.md app.py gunicorn.conf.py ./
COPY callbacks callbacks
COPY layouts layouts
COPY services services
COPY sql sql
# Editable: gunicorn.conf.py stands beside the packages, as in a checkout.
RUN /venv/bin/pip install --no-cache-dir --no-deps -e .

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --create-home --home-dir /data sourcingx
COPY --from=build /venv /venv
COPY --from=build /app /app
ENV PATH=/venv/bin:$PATH SOURCINGX_HOME=/data HOST=0.0.0.0 PORT=8050 PYTHONUNBUFFERED=1
WORKDIR /app
USER sourcingx
VOLUME /data
EXPOSE 8050
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 \
  CMD ["python", "-c", "import json,urllib.request as u; assert json.load(u.urlopen('http://127.0.0.1:8050/healthz',timeout=4))=={'status':'ok'}"]
# The other container of a deployment runs: sourcingx worker
CMD ["sourcingx", "web"]
