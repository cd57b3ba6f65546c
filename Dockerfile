# syntax=docker/dockerfile:1
# One file, two images: `--target api` (no tensor libraries) and `--target worker`.
# Both run as an ordinary user, write only to /data and /tmp, and want an init that reaps children: `docker run --init`.
ARG NODE_IMAGE=node:24-slim

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# .npmrc forbids install scripts. Optional packages are the embedded Postgres and the Node of npm scripts: both are
# given here by the image and by DATABASE_URL.
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --omit=optional

FROM dependencies AS api-dependencies
# The API lists methods and checks parameters without a tensor library, so it does not carry 300 MB of one.
RUN rm -rf node_modules/onnxruntime-node node_modules/onnxruntime-common node_modules/@tensorflow

FROM dependencies AS worker-dependencies
# The package carries the libraries of every system.
RUN find node_modules/onnxruntime-node/bin/napi-v6 -mindepth 1 -maxdepth 1 ! -name linux -exec rm -rf {} +

FROM ${NODE_IMAGE} AS base
ENV NODE_ENV=production DATA_DIR=/data
WORKDIR /app
# A new named volume takes over owner and mode of this folder.
RUN install -d -o node -g node -m 0700 /data
VOLUME /data
COPY package.json ./
COPY scripts/healthcheck.mjs ./scripts/
COPY workers ./workers
COPY src ./src

FROM base AS api
COPY --from=api-dependencies /app/node_modules ./node_modules
ENV HOST=0.0.0.0 PORT=8080 AUTH=required
EXPOSE 8080
USER node
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 CMD ["node", "scripts/healthcheck.mjs", "api"]
STOPSIGNAL SIGTERM
CMD ["node", "--max-semi-space-size=16", "src/main.ts"]

FROM base AS worker
COPY --from=worker-dependencies /app/node_modules ./node_modules
USER node
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 CMD ["node", "scripts/healthcheck.mjs", "worker"]
STOPSIGNAL SIGTERM
CMD ["node", "--max-semi-space-size=16", "workers/worker.ts"]
