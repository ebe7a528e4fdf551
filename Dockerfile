# Three stages: the front end is built with Node, the packages with pip, and neither is in what runs.

FROM node:24-slim AS front-end
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY build.mjs ./
COPY static/ static/
RUN node build.mjs

FROM python:3.13-slim AS packages
COPY requirements/base.txt /requirements.txt
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --require-hashes -r /requirements.txt

FROM python:3.13-slim
# What PDF pages are drawn with; their fonts come with the front end.
RUN apt-get update \
 && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
 && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin lcspr \
 && install -d -o lcspr -g lcspr -m 0700 /data/case-files /data/beat
WORKDIR /app
COPY --from=packages /venv /venv
COPY --from=front-end /app/build/ build/
COPY . .
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=lcspr.settings \
    CASE_FILES_ROOT=/data/case-files \
    FONTCONFIG_FILE=/app/build/fontconfig/fonts.conf \
    XDG_CACHE_HOME=/tmp
# Collecting the static files asks for settings, not for secrets: these stand for them and stay in this one step.
RUN SECRET_KEY=build FIELD_KEYS=build INDEX_KEY=build ALLOWED_HOSTS=build \
    DATABASE_URL=postgresql://build@build/build REDIS_URL=redis://build \
    python manage.py collectstatic --no-input --verbosity 0
USER lcspr
VOLUME ["/data/case-files", "/data/beat"]
EXPOSE 8000
CMD ["gunicorn", "lcspr.wsgi", "--bind", "0.0.0.0:8000", "--workers", "3", "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]
