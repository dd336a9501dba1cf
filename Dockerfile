# modeldock in a container: docker build -t modeldock . && docker run --rm -p 127.0.0.1:1234:1234 modeldock
# docs/containers.md says how it is used.

FROM node:24-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN node scripts/package.mjs

FROM node:24-slim AS installed
WORKDIR /app
COPY --from=build /src/modeldock-*.tgz /tmp/modeldock.tgz
RUN npm install --omit=dev --omit=peer --ignore-scripts --no-audit --no-fund /tmp/modeldock.tgz

FROM node:24-slim
WORKDIR /app
COPY --from=installed /app/node_modules ./node_modules
# With the real engine models go there; a volume takes over its owner.
RUN mkdir /models && chown node:node /models
# Every address of the container. Its port is published on the host's loopback address, or where the user says.
ENV NODE_ENV=production MODELDOCK_HOST=0.0.0.0 MODELDOCK_MODELS_DIR=/models
USER node
EXPOSE 1234
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s --retries=3 \
  CMD ["node", "/app/node_modules/modeldock/dist/bin/modeldock.js", "health"]
ENTRYPOINT ["node", "/app/node_modules/modeldock/dist/bin/modeldock.js"]
