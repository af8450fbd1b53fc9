# The hub with its console. DATABASE_URL or DB_HOST names the PostgreSQL; with neither, the hub starts its own in /data.
FROM node:26-slim AS console
WORKDIR /tenon
COPY package.json package-lock.json .npmrc ./
COPY server/package.json server/
COPY console/package.json console/
COPY sdk/package.json sdk/
RUN npm ci --no-audit --no-fund
COPY tsconfig.base.json ./
COPY sdk sdk
COPY console console
RUN npm run build --workspace=console

FROM node:26-slim
WORKDIR /tenon
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 TENON_DATA=/data
COPY package.json package-lock.json .npmrc ./
COPY server/package.json server/
COPY console/package.json console/
COPY sdk/package.json sdk/
# The image has the right Node: the one that package.json pins for machines without it stays out.
RUN npm ci --omit=dev --workspace=server --include-workspace-root=false --no-audit --no-fund \
  && npm cache clean --force \
  && install --directory --owner=node --group=node --mode=0700 /data
COPY sdk/src sdk/src
COPY server/migrations server/migrations
COPY server/src server/src
COPY --from=console /tenon/console/dist console/dist
USER node
VOLUME /data
EXPOSE 3000
# Migrations run at the start; other processes that start meanwhile wait for them.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "server/src/main.ts"]
