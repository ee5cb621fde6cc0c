/** What may depend on what: the rule of docs/architecture.md, one way. Read by scripts/boundaries.ts. */
const rooms = ['k8s-proto', 'cel', 'shim', 'apiserver-lite', 'controllers', 'pg8s', 'test-e2e'];

/** `room` may use only `allowed` of the other rooms. */
const only = (room, allowed, except) => ({
  name: `${room}-uses-only-${allowed.length === 0 ? 'itself' : allowed.join('-and-')}`,
  severity: 'error',
  from: { path: `^${room}/`, ...(except === undefined ? {} : { pathNot: except }) },
  to: { path: `^(${rooms.filter((other) => other !== room && !allowed.includes(other)).join('|')})/` },
});

/**
 * The rooms of apiserver-lite/src from the bottom to the top, and which others each may use: server → filters → endpoints →
 * admission → registry → storage, with discovery, OpenAPI and the bootstrap above the registry, and what all share at the bottom.
 */
const apiserverRooms = {
  json: [],
  'api-errors': [],
  http: ['api-errors'],
  selectors: ['api-errors'],
  'flow-control': ['http', 'storage'],
  storage: ['api-errors'],
  metrics: ['api-errors', 'http', 'storage'],
  outgoing: ['api-errors', 'storage'],
  audit: ['api-errors', 'http', 'authorization', 'outgoing'],
  encryption: ['storage'],
  authentication: ['api-errors', 'http', 'storage', 'outgoing'],
  authorization: ['api-errors', 'http', 'selectors', 'storage', 'authentication'],
  // What schemas of custom resources do to values: definitions are validated by it.
  'apiextensions/schema': ['json', 'api-errors', 'http', 'metrics', 'registry'],
  'apiextensions/conversion': ['api-errors', 'registry', 'outgoing'],
  apiextensions: [
    'json',
    'api-errors',
    'http',
    'storage',
    'metrics',
    'registry',
    'outgoing',
    'discovery/group-priority.ts',
  ],
  registry: [
    'json',
    'api-errors',
    'http',
    'selectors',
    'storage',
    'metrics',
    'authentication',
    'authorization',
    'outgoing',
    'apiextensions/schema',
  ],
  admission: [
    'json',
    'api-errors',
    'http',
    'selectors',
    'storage',
    'metrics',
    'authentication',
    'authorization',
    'outgoing',
    'registry',
  ],
  impersonation: ['api-errors', 'http', 'authentication', 'authorization', 'registry'],
  endpoints: [
    'json',
    'api-errors',
    'http',
    'selectors',
    'storage',
    'metrics',
    'authorization',
    'admission',
    'registry',
  ],
  aggregator: [
    'api-errors',
    'http',
    'storage',
    'outgoing',
    'authentication',
    'registry',
    'discovery',
    'openapi',
    'apiserver-options.ts',
  ],
  discovery: ['api-errors', 'http', 'metrics', 'registry', 'endpoints'],
  openapi: ['api-errors', 'http', 'metrics', 'registry', 'endpoints', 'discovery'],
  bootstrap: ['api-errors', 'storage', 'authentication', 'authorization', 'registry', 'discovery'],
  filters: [
    'api-errors',
    'http',
    'selectors',
    'metrics',
    'flow-control',
    'authentication',
    'authorization',
    'impersonation',
    'audit',
  ],
  server: ['api-errors', 'http', 'metrics', 'endpoints'],
  flags: [
    'admission',
    'audit',
    'authentication',
    'encryption',
    'outgoing',
    'registry',
    'apiserver-options.ts',
  ],
};

const testFiles = '\\.test\\.ts$|/testing/';

/** A room of apiserver-lite may use only those that the table lists; `stages/` and the files above them may use all. */
const apiserverRoom = ([room, allowed]) => ({
  name: `apiserver-${room}-uses-only-what-is-below`,
  severity: 'error',
  from: { path: `^apiserver-lite/src/${room}/`, pathNot: testFiles },
  to: {
    path: '^apiserver-lite/src/',
    pathNot: `^apiserver-lite/src/(${[room, ...allowed].map((other) => (other.includes('.') ? other.replaceAll('.', '\\.') : `${other}/`)).join('|')})`,
  },
});

module.exports = {
  forbidden: [
    only('k8s-proto', []),
    only('cel', ['k8s-proto']),
    only('shim', []),
    only('apiserver-lite', ['shim', 'k8s-proto', 'cel'], '\\.pg\\.test\\.ts$'),
    only('controllers', ['k8s-proto', 'cel']),
    {
      name: 'apiserver-uses-only-the-client-of-the-shim',
      severity: 'error',
      from: { path: '^apiserver-lite/', pathNot: '\\.pg\\.test\\.ts$' },
      to: { path: '^shim/', pathNot: '^shim/src/(client/|etcdserverpb/(types|etcd-error)\\.ts)' },
    },
    {
      name: 'cel-uses-only-quantities-and-formats-of-k8s-proto',
      severity: 'error',
      from: { path: '^cel/' },
      to: {
        path: '^k8s-proto/',
        pathNot:
          '^k8s-proto/src/((object|own-value|quantity|time|duration|go-quote|go-only-value|json-number)\\.ts|formats/)',
      },
    },
    {
      name: 'controllers-use-only-numbers-times-flags-and-quotas-of-k8s-proto',
      severity: 'error',
      from: { path: '^controllers/' },
      to: {
        path: '^k8s-proto/',
        pathNot: '^k8s-proto/src/((object|own-value|quantity|time|duration)\\.ts|component-base/|quota/)',
      },
    },
    {
      name: 'scheduler-framework-and-queue-use-no-plugin',
      severity: 'error',
      from: { path: '^controllers/src/scheduler/(framework|queue)/', pathNot: testFiles },
      to: { path: '^controllers/src/scheduler/plugins/' },
    },
    {
      name: 'scheduler-plugins-use-no-other-plugin',
      severity: 'error',
      from: { path: '^controllers/src/scheduler/plugins/([^/]+)/' },
      to: {
        path: '^controllers/src/scheduler/plugins/[^/]+/',
        pathNot: '^controllers/src/scheduler/plugins/$1/',
      },
    },
    {
      name: 'only-storage-etcd-speaks-to-etcd',
      severity: 'error',
      from: {
        path: '^apiserver-lite/src/',
        pathNot:
          '^apiserver-lite/src/(storage/|apiserver-options\\.ts|stages/storage-stage\\.ts)|\\.pg\\.test\\.ts$',
      },
      to: { path: '^shim/' },
    },
    ...Object.entries(apiserverRooms).map(apiserverRoom),
    {
      // A built-in kind, a custom one and an aggregated one go the same way: through the ResourceTypes of what is served.
      name: 'endpoints-and-storage-look-up-no-built-in-kinds',
      severity: 'error',
      from: {
        path: '^apiserver-lite/src/(endpoints|storage)/',
        pathNot: testFiles,
      },
      to: {
        path: [
          '^k8s-proto/src/(scheme|stored-object)\\.ts$',
          '^k8s-proto/src/(schema|lossless|generated)/',
          '^k8s-proto/src/codec/(?!codec-error\\.ts$)',
          '^k8s-proto/src/conform/(conform|plan)\\.ts$',
          '^apiserver-lite/src/registry/(?!(rest|resource-table|server-writes|generic/validate-delete-options)\\.ts$|resource-types/[^/]+\\.ts$)',
        ],
      },
    },
    {
      name: 'only-postgres-imports-the-driver',
      severity: 'error',
      from: { path: '^shim/src/', pathNot: '^shim/src/postgres/|\\.pg\\.test\\.ts$' },
      to: { path: 'node_modules/(pg|@types/pg|pg-[^/]+)/' },
    },
    {
      name: 'domains-use-no-sql-and-no-grpc',
      severity: 'error',
      from: { path: '^shim/src/(mvcc|lease|auth|alarm|snapshot)/', pathNot: '\\.pg\\.test\\.ts$' },
      to: {
        path: '^shim/src/(postgres|rpc|gateway|client|in-process|stages)/|^shim/src/(shim|server)\\.ts$|node_modules/(@grpc/|pg/)',
      },
    },
    {
      name: 'postgres-only-implements-the-ports',
      severity: 'error',
      from: { path: '^shim/src/postgres/' },
      to: { path: '^shim/src/(rpc|gateway|client|in-process|stages)/|^shim/src/(shim|server)\\.ts$' },
    },
    {
      name: 'rpc-knows-no-sql',
      severity: 'error',
      from: { path: '^shim/src/(rpc|gateway|client|in-process)/', pathNot: '\\.pg\\.test\\.ts$' },
      to: { path: '^shim/src/postgres/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      // Circles of type imports too: what two files describe together has a file of its own.
      to: { circular: true },
    },
    { name: 'nothing-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types'],
      extensions: ['.ts', '.js', '.json', '.mjs', '.cjs'],
    },
  },
};
