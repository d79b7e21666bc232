FROM python:3.13-slim AS build
WORKDIR /srv/clinic
RUN python -m venv /srv/venv
ENV PATH=/srv/venv/bin:$PATH
COPY requirements.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes --quiet -r requirements.txt
COPY . .
RUN STATIC_ROOT=/srv/static python manage.py collectstatic --no-input --verbosity 0 \
    && python -m compileall -q clinic

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin clinic \
    && install -d -o 10001 -g 10001 -m 700 /var/lib/clinic/trail \
    && install -d -o 10001 -g 10001 -m 755 /var/lib/clinic/tls
WORKDIR /srv/clinic
COPY --from=build /srv /srv
# Nothing is written outside memory but the heads of the trails, into a volume. Without other properties it is production, which refuses to start unconfigured.
ENV PATH=/srv/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    CLINIC_ENV_FILE=/srv/clinic/env/.prod.properties \
    STATIC_ROOT=/srv/static \
    TRAIL_HEADS=/var/lib/clinic/trail \
    PORT=8000
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["python", "deploy/healthy.py", "/healthz"]
CMD ["gunicorn", "--config", "deploy/gunicorn.conf.py"]
