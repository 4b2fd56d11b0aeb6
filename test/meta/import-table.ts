/** What the row of a folder may import, in words of ARCHITECTURE.md. */
type Allowed = readonly string[] | 'all of the above' | 'the package by its name, as a user would'

/**
 * Which folders, or single files, of ours each folder may import. ARCHITECTURE.md shows this table;
 * a folder that is not in it may not exist.
 */
export const FOLDERS: Readonly<Record<string, Allowed>> = {
  manifests: [],
  kubernetes: [],
  leases: [],
  checks: ['manifests'],
  rollouts: ['manifests'],
  constructs: ['manifests', 'checks', 'rollouts', 'leases/names.ts'],
  gitops: ['manifests', 'checks', 'rollouts'],
  reconciler: ['gitops', 'rollouts', 'leases', 'kubernetes', 'manifests'],
  images: ['gitops', 'leases', 'manifests'],
  functions: ['reconciler', 'images', 'gitops', 'rollouts', 'leases', 'kubernetes', 'manifests'],
  cli: 'all of the above',
  demo: 'all of the above',
  apps: 'the package by its name, as a user would',
}

/** What single files may import beyond what their folder may. */
export const ADAPTERS: Readonly<Record<string, readonly string[]>> = {
  'leases/kubernetes-lease-store.ts': ['kubernetes'],
  'leases/fenced-objects.ts': ['kubernetes'],
  'leases/kubernetes-failures.ts': ['kubernetes'],
  'leases/lease-watches.ts': ['kubernetes'],
  'constructs/authentication.ts': ['functions/identity/open-issuers.ts'],
  'constructs/deploy-repository.ts': ['functions/configuration/repository-names.ts'],
  'constructs/followed-images.ts': ['images/image-name.ts', 'images/tag-rule.ts'],
  'constructs/image-mistakes.ts': ['images/proposal-branch.ts'],
  'constructs/secure-address.ts': ['functions/configuration/secure-address.ts'],
}

export interface PackageRule {
  /** Folders or files that may import it. */
  readonly within: readonly string[]
  readonly reason: string
  /** Whether only its types may be used: it is not loaded at run time. */
  readonly typesOnly?: true
}

/** Who may import a package from outside. `*` stands for any ending. */
export const PACKAGES: Readonly<Record<string, PackageRule>> = {
  cdk8s: { within: ['constructs', 'apps'], reason: 'the tree that constructs are made in' },
  constructs: { within: ['constructs', 'apps'], reason: 'the tree that constructs are made in' },
  'cdk8s-plus-27': { within: ['constructs', 'apps'], reason: 'types that its users already have' },
  'kubernetes-models/*': {
    within: ['constructs'],
    reason: 'types of the objects that constructs emit',
    typesOnly: true,
  },
  '@kubernetes-models/*': {
    within: ['constructs'],
    reason: 'types of the objects that constructs emit',
    typesOnly: true,
  },
  commander: { within: ['cli'], reason: 'arguments of the command' },
  'js-yaml': {
    within: ['manifests', 'cli/project-config.ts', 'functions/configuration/read-yaml.ts'],
    reason: 'reads YAML; nothing else may read a manifest in a way of its own',
  },
  '@kubernetes/client-node': {
    within: ['kubernetes/load-kubeconfig.ts'],
    reason: 'kubeconfigs and their exec plugins; an optional peer, loaded when it is needed',
  },
  'p-map': {
    within: ['reconciler'],
    reason: 'how much is looked at at once',
  },
  'p-retry': {
    within: ['gitops/retry-lost-races.ts', 'functions/notifications/send-notification.ts'],
    reason: 'pauses between attempts, drawn at random, that an interruption ends',
  },
  hono: {
    within: ['functions', 'cli/elector-api.ts', 'cli/elector-server.ts'],
    reason: 'routes, by web standards alone',
  },
  'hono/*': { within: ['functions'], reason: 'its middleware' },
  '@hono/zod-openapi': {
    within: ['functions'],
    reason: 'the document of an API, of the schemas that check its requests',
  },
  zod: {
    within: ['functions', 'rollouts'],
    reason: 'schemas of requests, and of what people may have edited on the branch',
  },
  croner: { within: ['rollouts/window-starts.ts'], reason: 'starts by cron expressions' },
  'rrule-temporal': {
    within: ['rollouts/window-starts.ts'],
    reason: 'starts by rules of RFC 5545',
  },
  'temporal-polyfill': {
    within: ['rollouts'],
    reason: 'arithmetic of clocks in time zones; what the platform has, where it has it',
  },
  'prom-client': {
    within: ['functions/http/prometheus-metrics.ts'],
    reason: 'counts, where Node is: it runs nowhere else',
  },
  '@hono/node-server': {
    within: ['functions/serving/node-server.ts', 'cli/elector-server.ts'],
    reason: 'requests and answers of Node as those of web standards',
  },
  jose: {
    within: [
      'leases/seal.ts',
      'leases/short-digest.ts',
      'functions/identity',
      'gitops/github-app.ts',
    ],
    reason: 'signs what callers carry and what an app tells GitHub; checks OpenID Connect',
  },
  'simple-statistics': {
    within: ['rollouts/verdict-evidence.ts'],
    reason: 'the logarithm of the gamma function',
  },
  'isomorphic-git': {
    within: ['gitops/git-objects.ts'],
    reason: 'reads and writes objects of Git and packs of them, where there is no `git`',
  },
  'buffer/*': {
    within: ['gitops/buffer-global.ts'],
    reason: 'what the library for Git takes from Node, where Node is not',
  },
  '@noble/hashes/*': {
    within: [
      'manifests/content-hash.ts',
      'leases/seal.ts',
      'leases/short-digest.ts',
      'functions/identity/token-digest.ts',
    ],
    reason: 'a hash where there is no node:crypto, and at once where Web Crypto makes others wait',
  },
  lockstep: { within: ['apps'], reason: 'as a user would' },
}

/** The files that may know that they run in Node, and why. */
export const NODE_FILES: Readonly<Record<string, string>> = {
  'cli/app-failed-error.ts': "tells the user's own lines of a stack from those of packages",
  'cli/check.ts': 'reads standard input and baselines',
  'cli/read-manifest-files.ts': 'reads manifests of whoever wrote them',
  'constructs/app.ts': 'reports to the command that runs the app',
  'constructs/config-files.ts': 'joins paths',
  'constructs/output-folder.ts': 'writes the output folder',
  'constructs/source-location.ts': 'reads file names of stack traces',
  'constructs/staging-folder.ts': 'writes and renames what the output folder is to hold',
  'cli/style.ts': 'colours of the terminal',
  'kubernetes/in-cluster.ts': 'reads the files of the kubelet',
  'kubernetes/kubeconfig.ts': 'names what the client gives for a connection',
  'kubernetes/node-transport.ts': 'connections with an authority of their own',
  'leases/sqlite-database.ts': 'SQLite as it is built into Node',
  'leases/sqlite-lease-rows.ts': 'SQLite as it is built into Node',
  'leases/sqlite-schema.ts': 'SQLite as it is built into Node',
  'gitops/git-address.ts': 'looks for paths',
  'gitops/git-command-remote.ts': 'the `git` command',
  'gitops/git-process.ts': 'starts and ends processes',
  'gitops/git-scratch-repository.ts': 'reads what a scratch repository is',
  'gitops/git-scratch.ts': 'takes and gives back folders',
  'gitops/git-source.ts': 'looks for configuration files',
  'functions/lambda.ts': 'reads files of settings',
  'functions/lambda-rollouts.ts': 'reads files of settings',
  'functions/node.ts': 'reads files of settings',
  'functions/serving/limit-connections.ts': 'counts connections',
  'functions/serving/node-server.ts': 'listens',
  'manifests/blob-id.ts': 'hashes as Git does',
  'cli/compile-cache.ts': 'looks for the folder for temporary files',
  'cli/elector-server.ts': 'listens on ports and sockets',
  'cli/end-work.ts': 'timers',
  'cli/explain.ts': 'colours',
  'cli/group-guard.ts': 'a process that outlives this one',
  'cli/leader-file.ts': 'a file by which an app is told that it leads',
  'cli/lease-store-options.ts': 'paths of files',
  'cli/process-status.ts': 'reads what the kernel says of processes',
  'cli/result-file.ts': 'a file for what a command came to',
  'cli/pause.ts': 'timers that an abort ends',
  'cli/supervised-command.ts': 'runs the command of the user',
  'cli/this-holder.ts': 'names of the machine and the user',
  'cli/main.ts': 'turns on the cache of compiled code',
  'cli/package-manifest.ts': 'reads package.json',
  'cli/project-config.ts': 'reads cdk8s.yaml',
  'cli/synthesize.ts': 'runs the app definitions',
  'demo/edits.ts': 'edits its copy of the shop',
  'demo/checkout.ts': 'listens',
  'demo/customers.ts': 'sends requests over connections that stay',
  'demo/listen.ts': 'listens',
  'demo/local-gateway.ts': 'listens, and passes requests on as they come',
  'demo/metric-store.ts': 'listens',
  'demo/pod.ts': 'starts and ends processes',
  'demo/workspace.ts': 'makes folders and repositories, and runs the command',
}

/** The files of otherwise pure folders that know a clock, chance or the process, and why. */
export const IMPURE_FILES: Readonly<Record<string, string>> = {
  'leases/clock.ts': 'the clock where nobody gives another one',
  'leases/fenced-objects.ts': 'a nonce for each write',
  'leases/locks.ts': 'ids and pauses where nobody gives others',
  'leases/memory-lease-store.ts': 'a store has a clock, and makes ids',
  'leases/sqlite-lease-rows.ts': 'a store makes ids',
  'leases/sqlite-schema.ts': 'a store makes ids',
}
