/**
 * What may import what. `test/house/imports.test.ts` runs these rules over the sources and proves each of them on a seeded violation;
 * `docs/architecture.md` says them in prose. Every `comment` names the fix.
 */

/** A capability's folder, and below it a vendor's or concept's subfolder. */
const CAPABILITY = '^functions/(?!platform/)[^/]+/';

/** Entry points: each is one Lambda function. */
const HANDLERS = '^functions/(?!platform/).+/(?:on-[^/]+|task-[^/]+|api|ingest)\\.ts$';

const STORES = '^functions/(?!platform/).+/(?:store|[^/]+-store)\\.ts$';

const INDEXES = '^functions/(?!platform/).+/index\\.ts$';

/** What is declared as data: infrastructure, documentation and the local stack read it. */
const DECLARATIONS = '^functions/.+/(?:events|routes|roles)\\.ts$';

/**
 * Files between a handler and a store: they read, call the pure rules, and write. A file that is not listed here, is no handler, no store
 * and no index is a concept file: pure. List a file only where it has to read or write; a rule never has to.
 */
const STEPS = [
  'arr/alerts/evaluate',
  'arr/alerts/list',
  'arr/alerts/notice-customers',
  'arr/alerts/notice-deals',
  'arr/alerts/notice-milestones',
  'arr/alerts/read-figures',
  'arr/alerts/read-worked',
  'arr/alerts/spot',
  'arr/changes/approved',
  'arr/changes/decide',
  'arr/bookings/read-bookings',
  'arr/decided/ask',
  'arr/decided/keep',
  'arr/decided/read-comparison',
  'arr/decided/read-decided',
  'arr/decided/compare-customer',
  'arr/decided/read-facts',
  'arr/decided/read-movements',
  'arr/decided/read-reported-under',
  'arr/records/context',
  'arr/figures/customer',
  'arr/figures/explain',
  'arr/figures/explain-figure',
  'arr/figures/list-movements',
  'arr/forecast/read-forecast',
  'arr/forecast/record-forecast',
  'arr/ledger/close',
  'arr/ledger/late',
  'arr/ledger/read-ledger',
  'arr/ledger/read-month',
  'arr/ledger/rebuild',
  'arr/ledger/replace',
  'arr/ledger/take-in',
  'arr/metrics/read-change',
  'arr/metrics/read-cohorts',
  'arr/metrics/read-customers',
  'arr/metrics/read-metrics',
  'arr/metrics/read-pack',
  'arr/metrics/keep',
  'arr/metrics/read-kept',
  'arr/metrics/read-viewed',
  'arr/totals/projection',
  'arr/totals/expire',
  'arr/totals/refill',
  'arr/figures/read',
  'arr/figures/read-cut',
  'arr/figures/read-waterfall',
  'arr/records/afterwards',
  'arr/records/customer',
  'arr/records/gather',
  'arr/records/group',
  'arr/records/lapses',
  'arr/records/record',
  'arr/records/writes',
  'arr/risk/read-risk',
  'arr/rulings/decide',
  'arr/rulings/spoken',
  'arr/standings/read',
  'arr/standings/refresh',
  'company/current',
  'company/read-costs',
  'company/load-costs',
  'company/load-rates',
  'company/set-plan',
  'coordinator/health',
  'coordinator/snapshot',
  'integrations/replay',
  'integrations/secrets',
  'integrations/signing-secrets',
  'integrations/status',
  'integrations/watermark',
  'integrations/salesforce/changes',
  'integrations/salesforce/company',
  'integrations/salesforce/intake',
  'integrations/salesforce/org-reading',
  'integrations/salesforce/reader',
  'integrations/salesforce/record',
  'integrations/salesforce/session',
  'integrations/salesforce/sync',
  'integrations/salesforce/sync-queue',
  'integrations/salesforce/sync-status',
  'integrations/salesforce/synced',
  'integrations/salesforce/take-from',
  'integrations/stripe/account-reading',
  'integrations/stripe/client',
  'integrations/stripe/company',
  'integrations/stripe/endpoint',
  'integrations/stripe/fetched-intake',
  'integrations/stripe/incomplete-queue',
  'integrations/stripe/intake',
  'integrations/stripe/missing',
  'integrations/stripe/record',
  'integrations/stripe/source-bus',
  'integrations/stripe/sync',
  'integrations/stripe/sync-problem',
  'integrations/stripe/sync-status',
  'integrations/stripe/take-in-missing',
  'integrations/stripe/with-catalogue',
  'revops/ledger/change-period',
  'revops/ledger/post',
  'revops/ledger/project',
  'revops/ledger/read-export',
  'revops/ledger/read-journals',
  'revops/ledger/read-trial-balance',
  'revops/ledger/remeasure-books',
];

/** Steps that hold one small entity of their own. */
const STEPS_WITH_ENTITY = ['arr/alerts/notice-milestones', 'coordinator/snapshot', 'integrations/watermark'];

/** The kernel's files that touch the world; every other file of it is pure. */
const PLATFORM_EDGES = [
  'batches',
  'clients/[^/]+',
  'clock',
  'config',
  'expire',
  'handler',
  'http',
  'log',
  'metrics',
  'outbox',
  'table',
  'writes',
];

const filesOf = (names) => `^functions/(?:${names.join('|')})\\.ts$`;
const PLATFORM_EDGE = `^functions/platform/(?:${PLATFORM_EDGES.join('|')})\\.ts$`;
const NOT_PURE = [HANDLERS, STORES, INDEXES, filesOf(STEPS), PLATFORM_EDGE];

/** A package as it resolves, or as it is written where it cannot be resolved. */
const packages = (names) => `(?:^|node_modules/)(?:${names.join('|')})(?:/|$)`;
const SDK = '(?:^|node_modules/)@aws-sdk/';
const TABLE_LIBRARY = packages(['electrodb']);
/** Packages and parts of Node that compute and do nothing else. */
const PURE_PACKAGE = '(?:^|node_modules/)(?:zod|dinero\\.js|temporal-polyfill|csv-parse)(?:/|$)|^(?:node:)?(?:crypto|zlib)$|^aws-lambda$';

/** An import of types only vanishes before anything runs. */
const AT_RUN_TIME = { dependencyTypesNot: ['type-only'] };

export default {
  forbidden: [
    {
      name: 'no-circle',
      severity: 'error',
      comment: 'Two files need each other: move what both need into a third file, or give it as an argument.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      severity: 'error',
      comment: 'The import leads nowhere: correct the path (with its .ts), or add the package to package.json.',
      from: {},
      // Types of Lambda's events: the package has types only.
      to: { couldNotResolve: true, pathNot: '^aws-lambda$' },
    },
    {
      name: 'concepts-are-pure',
      severity: 'error',
      comment:
        'A concept file decides and does nothing else: take what it reads as an argument, and let a handler or a step (list: STEPS in .dependency-cruiser.mjs) read and write.',
      from: { path: '^functions/', pathNot: NOT_PURE },
      to: { ...AT_RUN_TIME, path: NOT_PURE, pathNot: INDEXES },
    },
    {
      name: 'concepts-use-no-index',
      severity: 'error',
      comment: "Another capability's index.ts brings its store along: import its types only, or take the value as an argument.",
      from: { path: '^functions/', pathNot: NOT_PURE },
      to: { ...AT_RUN_TIME, path: INDEXES },
    },
    {
      name: 'concepts-use-pure-packages',
      severity: 'error',
      comment:
        'A concept file may use zod, dinero.js, temporal-polyfill, csv-parse, node:crypto and node:zlib. Anything else belongs into a handler, store or step.',
      from: { path: '^functions/', pathNot: NOT_PURE },
      to: {
        ...AT_RUN_TIME,
        dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-no-pkg', 'npm-unknown', 'core', 'unknown', 'undetermined'],
        pathNot: PURE_PACKAGE,
      },
    },
    {
      name: 'capabilities-by-front-door',
      severity: 'error',
      comment:
        'A capability reaches another through its index.ts (reads), events.ts (what it tells) or the schemas of routes.ts. Export what is needed there.',
      from: { path: '^functions/(?!platform/)([^/]+)/' },
      to: { path: '^functions/(?!platform/)[^/]+/', pathNot: ['^functions/$1/', '^functions/[^/]+/(?:index|events|routes)\\.ts$'] },
    },
    {
      name: 'vendors-stay-inside',
      severity: 'error',
      comment:
        "A vendor's types are mapped once, in its own folder: integrations/<vendor>/ is imported only from within itself and by its routes.",
      from: { path: '^functions/', pathNot: '^functions/integrations/' },
      to: { path: '^functions/integrations/[^/]+/' },
    },
    {
      name: 'platform-knows-no-capability',
      severity: 'error',
      comment: 'The kernel serves every capability and knows none: take the difference as an argument, or move the file to the capability.',
      from: { path: '^functions/platform/' },
      to: { path: CAPABILITY },
    },
    {
      name: 'nobody-imports-a-handler',
      severity: 'error',
      comment: 'A handler is where Lambda enters. Move what others need into a concept or step file.',
      from: { path: '^(?:functions|lib|local|demo|bench|scripts)/' },
      to: { path: HANDLERS },
    },
    {
      name: 'functions-stand-alone',
      severity: 'error',
      comment:
        'What runs in Lambda imports only functions/ and packages: move shared code to functions/platform/, and pass configuration by the environment.',
      from: { path: '^functions/' },
      to: { path: '^(?:lib|local|web|bin|bench|demo|scripts|test)/|^ascent\\.config\\.ts$' },
    },
    {
      name: 'functions-use-dependencies',
      severity: 'error',
      comment: 'A function is bundled from `dependencies`: move the package there, or import its types only.',
      from: { path: '^functions/' },
      to: { ...AT_RUN_TIME, dependencyTypes: ['npm-dev', 'npm-optional', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'infrastructure-reads-declarations',
      severity: 'error',
      comment:
        'lib/ wires what capabilities declare: of functions/ it imports events.ts, routes.ts, roles.ts and the types of platform/config.ts.',
      from: { path: '^(?:lib|bin)/' },
      to: { path: '^functions/', pathNot: [DECLARATIONS, '^functions/platform/config\\.ts$'] },
    },
    {
      name: 'infrastructure-stands-alone',
      severity: 'error',
      comment: 'The infrastructure is deployed without the local stack, the demo, benchmarks and tests: move what it needs into lib/.',
      from: { path: '^(?:lib|bin)/' },
      to: { path: '^(?:local|web|bench|demo|scripts|test)/' },
    },
    {
      name: 'local-runs-what-is-synthesised',
      severity: 'error',
      comment:
        'The local stack knows the infrastructure by the synthesised template alone: read it from the assembly. Of functions/ it reads events.ts and routes.ts.',
      from: { path: '^local/' },
      to: { path: '^(?:lib|bin|test|web)/|^functions/', pathNot: DECLARATIONS },
    },
    {
      name: 'pages-know-the-api-by-its-types',
      severity: 'error',
      comment:
        "The web application reads the API only: of functions/ it imports types, and the table of currencies' places. Let the API tell the rest.",
      from: { path: '^web/' },
      to: { ...AT_RUN_TIME, path: '^functions/', pathNot: '^functions/platform/currencies\\.ts$' },
    },
    {
      name: 'pages-stand-alone',
      severity: 'error',
      comment: 'What runs in a browser imports only web/ and packages: move shared code there, or read it by the API.',
      from: { path: '^web/' },
      to: { path: '^(?:lib|bin|local|demo|bench|scripts|test)/|^ascent\\.config\\.ts$' },
    },
    {
      name: 'functions-use-no-sdk',
      severity: 'error',
      comment:
        'The SDK is most of a bundle and of its start: AWS is called by functions/platform/clients, as a signed request (docs/decisions/0011-dynamodb-client.md).',
      from: { path: '^functions/' },
      to: { ...AT_RUN_TIME, path: SDK },
    },
    {
      name: 'stores-hold-the-table',
      severity: 'error',
      comment: "The table's library belongs into store.ts, <name>-store.ts and functions/platform/: give the access pattern a name there.",
      from: {
        path: '^functions/',
        pathNot: [STORES, filesOf(STEPS_WITH_ENTITY), '^functions/platform/(?:clients/dynamodb|table|writes|outbox)\\.ts$'],
      },
      to: { ...AT_RUN_TIME, path: TABLE_LIBRARY },
    },
    {
      name: 'tests-stay-outside',
      severity: 'error',
      comment: 'Nothing that runs imports a test: move the code to where it is used.',
      from: { path: '^(?:functions|lib|bin|local|web|demo|bench|scripts)/' },
      to: { path: '^test/', pathNot: '^test/contracts/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(?:\\.ascent|cdk\\.out)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
    },
    combinedDependencies: false,
  },
};

/** For the house tests: what a file is, by its path. */
export const isConceptFile = (path) => /^functions\/.+\.ts$/.test(path) && !NOT_PURE.some((pattern) => new RegExp(pattern).test(path));
export const listedSteps = STEPS.map((name) => `functions/${name}.ts`);
