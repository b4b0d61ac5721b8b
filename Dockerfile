# The gateway. Never built by us: there is no Docker on our machines. What was done in its place: the same commands by hand in a copy of the tree (README, Deployment), and
# hadolint (scripts/deploy-lint.sh).
#   docker build -t margay . && docker run --rm -p 127.0.0.1:4000:4000 -v margay:/data -e HTTP_API_KEYS=<hash> margay

# The page of GraphiQL, with the tools of development.
FROM node:24.21.0-bookworm-slim AS page
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY scripts/node24 scripts/node24
RUN npm ci
COPY scripts/web-bundle.ts scripts/web-bundle.ts
COPY src src
COPY web web
RUN node scripts/web-bundle.ts

# What the gateway itself needs of npm. No install script runs (.npmrc).
FROM node:24.21.0-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY scripts/node24 scripts/node24
RUN npm ci --omit=dev && npm cache clean --force

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production
# Beyond loopback the gateway starts with HTTP_API_KEYS (hashes of keys) or HTTP_OPEN=1, and with neither it says so and ends.
ENV HOST=0.0.0.0
ENV PORT=4000
ENV MARGAY_DATA=/data
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY --from=page /app/build/web build/web
COPY package.json schema.graphql catalog.graphql ./
COPY models models
COPY src src
# The image's own user "node".
RUN mkdir /data && chown 1000:1000 /data
USER 1000
VOLUME /data
EXPOSE 4000
# The first start draws and embeds the demo, unless a catalog was indexed into /data before.
HEALTHCHECK --interval=10s --timeout=6s --start-period=600s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/ready`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "src/main.ts", "serve"]
