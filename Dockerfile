# syntax=docker/dockerfile:1
#
# Two images from one build:  docker build --target node -t fleetlm-node .
#                             docker build --target web  -t fleetlm-web .
# For several architectures:  docker buildx build --platform linux/amd64,linux/arm64 --target node .
# Every stage runs on the platform that it is for, since the artefacts hold binaries of their platform.

ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /src
ENV NEXT_TELEMETRY_DISABLED=1 DO_NOT_TRACK=1 TURBO_TELEMETRY_DISABLED=1 CHECKPOINT_DISABLE=1
# Prisma's installer would download an engine that no build here runs.
ENV PRISMA_SCHEMA_ENGINE_BINARY=/usr/local/bin/node
COPY . .
RUN --mount=type=cache,target=/root/.npm npm ci --include=dev --include=optional --no-audit --no-fund
RUN npx prisma generate
# The manifest of the artefact names it: docker build --build-arg SOURCE_COMMIT=$(git rev-parse HEAD)
ARG SOURCE_COMMIT
ENV SOURCE_COMMIT=${SOURCE_COMMIT}

FROM build AS build-node
RUN node packages/devkit/scripts/dist.ts node --directory /dist && mv /dist/fleetlm-node-*/ /dist/fleetlm-node

FROM build AS build-web
# Its start is tried by npm test and npm run dist; here it would need a Postgres.
RUN node packages/devkit/scripts/dist.ts web --unchecked --directory /dist && mv /dist/fleetlm-web-*/ /dist/fleetlm-web

FROM ${NODE_IMAGE} AS node
ENV NODE_ENV=production HOST=0.0.0.0 MESH_HOST=0.0.0.0 OPS_HOST=0.0.0.0 PORT=4001 MESH_PORT=4101 OPS_PORT=4301 DATA_DIR=/data
# The user "node" of the image, by number: Kubernetes checks runAsNonRoot only for numbers.
RUN install -d -o 1000 -g 1000 -m 0700 /data
COPY --from=build-node /dist/fleetlm-node /app
WORKDIR /app
USER 1000:1000
VOLUME /data
EXPOSE 4001 4101 4301
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["node", "/app/healthcheck.js"]
# No shell and no npm between the signal and the node: SIGTERM hands its leaderships over.
ENTRYPOINT ["node", "/app/main.js"]

FROM ${NODE_IMAGE} AS web
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
COPY --from=build-web /dist/fleetlm-web /app
WORKDIR /app
USER 1000:1000
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["node", "/app/healthcheck.js"]
ENTRYPOINT ["node", "/app/main.js"]
