# Dependencies first, so that a change of the sources does not install them again.
FROM node:26.10.0-bookworm-slim AS manifests
WORKDIR /pg8s
COPY package.json package-lock.json ./
COPY k8s-proto/package.json k8s-proto/
COPY cel/package.json cel/
COPY shim/package.json shim/
COPY apiserver-lite/package.json apiserver-lite/
COPY controllers/package.json controllers/
COPY pg8s/package.json pg8s/
COPY test-e2e/package.json test-e2e/

FROM manifests AS dependencies
# The image has its Node: the one that npm brings for machines with an older one is not needed.
RUN npm ci --omit=dev --workspace pg8s --include-workspace-root \
  && rm -rf node_modules/node-linux-*

# The same as the published package.
FROM manifests AS build
RUN npm ci
COPY tsconfig.json tsconfig.pack.json ./
COPY scripts scripts
COPY k8s-proto k8s-proto
COPY cel cel
COPY shim shim
COPY apiserver-lite apiserver-lite
COPY controllers controllers
COPY pg8s pg8s
RUN node scripts/node.js scripts/pack.ts

FROM node:26.10.0-bookworm-slim
ENV NODE_ENV=production
WORKDIR /pg8s
COPY --from=dependencies /pg8s/ ./
COPY --from=build /pg8s/pg8s/bin/pg8s.js pg8s/bin/
COPY --from=build /pg8s/pg8s/dist pg8s/dist
# Whoever it runs as (--user) may make a data directory here.
RUN mkdir -m 1777 /data && chown node:node /data && ln -s /pg8s/pg8s/bin/pg8s.js /usr/local/bin/pg8s
USER node
VOLUME /data
EXPOSE 6443 2379
# The API server answers anonymous health checks.
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=6 \
  CMD ["node", "/pg8s/pg8s/dist/healthcheck.js"]
ENTRYPOINT ["pg8s"]
CMD ["up", "--data-dir", "/data", "--bind-address", "0.0.0.0"]
