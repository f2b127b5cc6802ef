# One image for web, worker, beat and migrate; the database is a service of its own.
FROM python:3.13-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.txt /build/
RUN python -m venv /venv && /venv/bin/pip install --require-hashes -r /build/requirements.txt

FROM python:3.13-slim-bookworm
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=otdr_hub.settings.production
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin otdr \
    && install -d -o otdr -g otdr -m 0700 /app/var
COPY --from=build /venv /venv
WORKDIR /app
COPY manage.py ./
COPY otdr_hub otdr_hub
COPY governance governance
COPY metrics metrics
COPY templates templates
USER otdr
EXPOSE 8000
CMD ["uvicorn", "otdr_hub.asgi:application", "--workers", "2", "--host", "0.0.0.0", "--port", "8000"]
