// Who may import whom. Every rule says why; tools/checks/boundaries.test.ts plants one violation of each.

/** Folders of the core that hold a rule across several state machines, and so read more than one of them. */
const acrossMachines = ['one-live-attempt', 'settlement']

/** Folders of the core that are not a concept. */
const rings = ['kernel', 'ports', 'use-cases', 'fulfilment', 'circuit-breaker', 'memory', 'contracts']

/** The one file of an adapter that may import another package than the core, and which: see ADR 23. */
const loadsSimulator = '(?<=^packages/adapter-cli/src/)(stripe-simulator)/load-simulator\\.ts$'

const either = (names) => names.join('|')
const core = '^packages/core/src'
const npm = ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-bundled', 'npm-no-pkg', 'npm-unknown']

module.exports = {
  forbidden: [
    {
      name: 'kernel-imports-nothing',
      comment:
        'The kernel is what everything else is said in. An import from it would be a circle, or a dependency of everybody.',
      severity: 'error',
      from: { path: `${core}/kernel/` },
      to: { pathNot: `${core}/kernel/` },
    },
    {
      name: 'concept-knows-concepts',
      comment:
        'What a payment is must be readable without knowing who stores it, asks for it or calls it. A concept that reached for a port would have I/O.',
      severity: 'error',
      from: { path: `${core}/(?!(?:${either(rings)})/)[^/]+/` },
      to: { path: `${core}/((?:${either(rings.slice(1))})/|[^/]+\\.ts$)` },
    },
    {
      name: 'concept-imports-types-of-others',
      comment:
        "A concept may name another's types and not run its code, so that each machine is understood by itself. A rule about two machines gets a folder of its own, listed above.",
      severity: 'error',
      from: { path: `${core}/(?!(?:${either([...rings, ...acrossMachines])})/)([^/]+)/` },
      to: {
        path: `${core}/(?!kernel/)[^/]+/`,
        pathNot: `${core}/($1|${either(rings)})/`,
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'ports-know-concepts',
      comment: 'A port is a promise in the words of the concepts. It knows nobody who uses or keeps it.',
      severity: 'error',
      from: { path: `${core}/ports/` },
      to: { path: `${core}/((use-cases|fulfilment|memory|contracts)/|[^/]+\\.ts$)` },
    },
    {
      name: 'use-cases-know-ports',
      comment:
        'A use case gets its adapters handed in, and so does a built-in kind of fulfilment. One that imported an adapter could not be given another.',
      severity: 'error',
      from: { path: `${core}/(use-cases|fulfilment|circuit-breaker)/` },
      to: { path: `${core}/((memory|contracts)/|[^/]+\\.ts$)` },
    },
    {
      name: 'core-entry-stays-lean',
      comment:
        'Whoever imports the core gets no in-memory adapter, no test suite, no container and no clock with it: those have entries of their own.',
      severity: 'error',
      from: { path: `${core}/[^/]+\\.ts$`, pathNot: `${core}/(inversify|system)\\.ts$` },
      to: { path: `${core}/(memory/|contracts/|(inversify|system)\\.ts$)` },
    },
    {
      name: 'contracts-belong-to-tests',
      comment: 'The contract suites import the test runner. Source that imported them would bring it into production.',
      severity: 'error',
      from: { path: `${core}/(memory/|(inversify|system)\\.ts$)|^packages/(?!core/)[^/]+/src/` },
      to: { path: `${core}/contracts/` },
    },
    {
      name: 'core-has-no-dependencies',
      comment: 'The core is pure and runs anywhere. What it needs from the world it gets through a port.',
      severity: 'error',
      from: { path: core, pathNot: `${core}/(inversify\\.ts$|contracts/)` },
      to: { dependencyTypes: [...npm, 'core'] },
    },
    {
      name: 'core-knows-the-container-in-one-file',
      comment:
        'Somebody without a container calls the factories. Only inversify.ts knows inversify, and no other package.',
      severity: 'error',
      from: { path: `${core}/inversify\\.ts$` },
      to: { dependencyTypes: [...npm, 'core'], pathNot: 'node_modules/(inversify|@inversifyjs)/' },
    },
    {
      name: 'contracts-know-only-test-tools',
      comment:
        'The suites run in the package of any adapter: what they import, everybody who writes an adapter must have.',
      severity: 'error',
      from: { path: `${core}/contracts/` },
      to: { dependencyTypes: [...npm, 'core'], pathNot: 'node_modules/(vitest|@vitest|fast-check)/' },
    },
    {
      name: 'adapters-know-only-the-core',
      comment:
        'Each adapter can be left out or replaced by itself. Two that know each other are one. One file of the command line loads the simulator, where it is installed.',
      severity: 'error',
      // $2 is the simulator for the file that loads it, and matches nothing for any other.
      from: { path: `^packages/(adapter-[^/]+)/src/(?:${loadsSimulator})?` },
      to: { path: '^packages/', pathNot: '^packages/($1|core|$2)/' },
    },
    {
      name: 'simulator-knows-nobody',
      comment: 'The simulator stands in for Stripe. One that shared code with what it tests would share its mistakes.',
      severity: 'error',
      from: { path: '^packages/stripe-simulator/(src|test)/' },
      to: { path: '^packages/', pathNot: '^packages/stripe-simulator/' },
    },
    {
      name: 'stripe-stays-in-its-adapter',
      comment: "Stripe's words stop at its adapter: its next API version must be a change in one package.",
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: `^packages/(adapter-stripe|stripe-simulator)/src/|${core}` },
      to: { path: 'node_modules/stripe/' },
    },
    {
      name: 'simulator-takes-only-types-of-stripe',
      comment:
        "The simulator answers in the shapes of Stripe's own types, and what it does is its own. It runs the SDK's code in two places only: to name its API version, and to let the SDK ask in this process.",
      severity: 'error',
      from: { path: '^packages/stripe-simulator/src/', pathNot: '/(http-client|engine/emit)\\.ts$' },
      to: { path: 'node_modules/stripe/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'sql-stays-in-its-adapter',
      comment: 'Where things are stored is one package and no more.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: `^packages/adapter-sql/src/|${core}` },
      to: { path: 'node_modules/(knex|better-sqlite3|pg|@types/pg|@types/better-sqlite3)/' },
    },
    {
      name: 'http-stays-in-its-adapter',
      comment:
        'How the world asks is one package and no more. The simulator speaks HTTP as Stripe does, with a server of its own.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: `^packages/(adapter-http|stripe-simulator)/src/|${core}` },
      to: { path: 'node_modules/(hono|@hono/[^/]+|swagger-ui-dist)/' },
    },
    {
      name: 'command-line-stays-in-its-adapter',
      comment:
        'What a terminal shows is one package and no more: what a command does is a use case that anybody may call.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: `^packages/adapter-cli/src/|${core}` },
      to: { path: 'node_modules/(commander|@commander-js/[^/]+|cli-progress)/' },
    },
    {
      name: 'redis-stays-in-its-adapter',
      comment:
        'The database is where work is. Whoever else spoke to Redis would sooner or later keep something there that may not be lost.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: `^packages/adapter-bullmq/src/|${core}` },
      to: { path: 'node_modules/(bullmq|ioredis|redis|@bull-board/[^/]+)/' },
    },
    {
      name: 'watching-stays-in-its-adapter',
      comment:
        'What is logged, counted and traced is seen from outside, by decorating ports: a package that did it itself would bring its tool to everybody who installs it.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: `^packages/adapter-observability/src/|${core}` },
      to: { path: 'node_modules/(pino|prom-client|@opentelemetry/[^/]+)/' },
    },
    {
      name: 'packages-do-not-know-their-hosts',
      comment:
        'Examples, benchmarks and the simulation are built on the packages. The other way round nothing could be published.',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^(examples|benchmarks|simulation)/' },
    },
    {
      name: 'source-imports-what-it-lists',
      comment:
        'What src imports must be there for whoever installs the package: a dependency or a peer. What is only a devDependency, or only hoisted, is not.',
      severity: 'error',
      from: { path: '^(packages|examples)/[^/]+/src/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['npm', 'npm-optional', 'npm-peer'],
        pathNot: 'node_modules/@types/',
      },
    },
    {
      name: 'no-test-in-source',
      comment:
        'Tests are not published. Source that imports them would not load. Benchmarks and the simulation are not published either, and may run on a throw-away Postgres.',
      severity: 'error',
      from: { path: '/src/', pathNot: '^(benchmarks|simulation)/' },
      to: { path: '/test(-d)?/|\\.test(-d)?\\.ts$|^tools/' },
    },
    {
      name: 'no-circular',
      comment:
        'In a circle there is nothing to read first, and which module runs first depends on who was imported first. Types may refer to each other.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-unresolvable',
      comment: 'An import that does not resolve is seen by none of the rules above.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // A host's configuration of the command line is read by Node itself, and so imports what was built.
    exclude: {
      path: '^(packages|examples)/[^/]+/(dist|coverage|reports)/|^(benchmarks|simulation)/dist/|/holdfast\\.config\\.mjs$',
    },
    tsPreCompilationDeps: true,
    // Maps our own packages to their source, so that nothing has to be built first.
    tsConfig: { fileName: 'tsconfig.boundaries.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.mts', '.js', '.mjs', '.cjs', '.d.ts'],
    },
  },
}
