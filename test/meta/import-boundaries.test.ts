import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ADAPTERS, FOLDERS, IMPURE_FILES, NODE_FILES, PACKAGES } from './import-table.ts'
import { ROOT } from './repository.ts'
import { importsOf, type SourceImport, sourcesOf } from './source-imports.ts'

/** Folders that hold nothing that is published, and may import whatever they need. */
const FREE = ['test', 'bench', 'scripts', 'docs', 'dist', 'node_modules', 'coverage']

const folders = Object.keys(FOLDERS)
const imports = folders.flatMap(sourcesOf).flatMap(importsOf)
const ours = imports.filter(({ target }) => target !== undefined)
const outside = imports.filter(({ target }) => target === undefined)

describe('imports between our folders', () => {
  it('are read from every folder that has sources', () => {
    const present = readdirSync(ROOT, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => name)
      .filter((name) => !FREE.includes(name) && sourcesOf(name).length > 0)
    expect(folders).toEqual(expect.arrayContaining(present))
    expect(ours.length).toBeGreaterThan(100)
  })

  it.each(folders)('of %s go where the table allows, types included', (folder) => {
    const forbidden = ours.filter(({ file, target = '' }) => {
      if (!isWithin(file, folder) || isWithin(target, folder)) return false
      return ![...allowed(folder), ...(ADAPTERS[file] ?? [])].some((place) =>
        isWithin(target, place),
      )
    })
    expect(forbidden.map(describeImport)).toEqual([])
  })

  it('name files that exist, never the index of the own folder', () => {
    const wrong = ours.filter(({ file, specifier, target = '' }) => {
      const missing = !specifier.endsWith('/') && !existsSync(join(ROOT, target))
      return missing || target === `${file.split('/')[0]}/index.ts`
    })
    expect(wrong.map(describeImport)).toEqual([])
  })

  it.each(Object.entries(ADAPTERS))(
    'of %s need what it may have beyond others',
    (adapter, places) => {
      const targets = ours.filter(({ file }) => file === adapter).map(({ target = '' }) => target)
      const stale = places.filter((place) => !targets.some((target) => isWithin(target, place)))
      expect(stale).toEqual([])
    },
  )

  it('are as ARCHITECTURE.md says', () => {
    const document = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8')
    const [, table] =
      /\| folder \| may import \|\n\| --- \| --- \|\n((?:\|.*\n)+)/.exec(document) ?? []
    expect(table).toBe(Object.keys(FOLDERS).map(markdownRow).join(''))
  })
})

describe('imports of packages', () => {
  it('stand in files that may have them', () => {
    const forbidden = outside.filter(({ file, specifier, isType }) => {
      if (specifier.startsWith('node:')) return false
      const rule = ruleFor(specifier)
      if (rule === undefined || (rule.typesOnly && !isType)) return true
      return !rule.within.some((place) => isWithin(file, place))
    })
    expect(forbidden.map(describeImport)).toEqual([])
  })

  it('of Node stand in the listed files, and each of these needs one', () => {
    const users = outside
      .filter(({ file, specifier }) => specifier.startsWith('node:') && !isWithin(file, 'apps'))
      .map(({ file }) => file)
    expect([...new Set(users)].sort()).toEqual(Object.keys(NODE_FILES).sort())
  })

  it('are all made: no row of the table is stale', () => {
    const used = outside.map(({ specifier }) => ruleFor(specifier))
    const stale = Object.entries(PACKAGES).filter(([, rule]) => !used.includes(rule))
    expect(stale.map(([name]) => name)).toEqual([])
  })

  it('are declared in package.json', () => {
    const { dependencies, peerDependencies } = JSON.parse(
      readFileSync(join(ROOT, 'package.json'), 'utf8'),
    )
    const declared = Object.keys({ ...dependencies, ...peerDependencies }).sort()
    const used = outside
      .filter(({ specifier }) => !/^(node:|lockstep(\/|$))/.test(specifier))
      .map(({ specifier }) => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0])
    expect([...new Set(used)].sort()).toEqual(declared)
  })
})

describe('folders that are pure', () => {
  const IMPURE =
    /\b(process\.|Date\.now|new Date\(\)|Math\.random|performance\.|setTimeout|setInterval|fetch\(|crypto\.random)/

  const guilty = ['manifests', 'checks', 'rollouts', 'leases']
    .flatMap(sourcesOf)
    .filter((file) => withoutComments(readFileSync(join(ROOT, file), 'utf8')).match(IMPURE))

  it('know no clock, chance or process but in the listed files, each of which needs one', () => {
    expect(guilty.sort()).toEqual(Object.keys(IMPURE_FILES).sort())
  })
})

describe('what comes with an entry', () => {
  const reachedFrom = (file: string, reached = new Set<string>()): ReadonlySet<string> => {
    if (reached.has(file) || !file.endsWith('.ts')) return reached.add(file)
    reached.add(file)
    for (const { target, isType } of importsOf(file)) {
      if (target !== undefined && !isType) reachedFrom(target, reached)
    }
    return reached
  }
  /** Packages that are there before anything is asked of it. */
  const loadedBy = (entry: string): readonly string[] => {
    const files = new Set([entry])
    const packages = new Set<string>()
    for (const file of files) {
      const atOnce = importsOf(file).filter(({ isType, isLate }) => !isType && !isLate)
      for (const { specifier, target } of atOnce) {
        if (target === undefined) packages.add(specifier)
        else files.add(target)
      }
    }
    return [...packages]
  }
  const SCHEMAS = 'checks/schemas/kubernetes.json'

  it('are the schemas of Kubernetes for the one of that name, and not for that of the rules', () => {
    expect(reachedFrom('checks/schema/index.ts')).toContain(SCHEMAS)
    expect(reachedFrom('checks/index.ts')).not.toContain(SCHEMAS)
  })

  it('is nothing of constructs and of Git for locks on the command line', () => {
    const reached = [...reachedFrom('cli/lock.ts')]
    expect(reached).toContain('leases/locks.ts')
    const heavy = reached.filter((file) =>
      ['constructs', 'gitops', 'rollouts', 'checks/rules'].some((place) => isWithin(file, place)),
    )
    expect(heavy).toEqual([])
  })

  it.each([
    'cli/serve-rollouts-main.ts',
    'functions/lambda-rollouts-main.ts',
    'functions/workers-rollouts.ts',
  ])('is nothing of calendars and of objects of Git at the start of %s', (entry) => {
    const loaded = loadedBy(entry)
    expect(loaded).toContain('zod')
    const late = ['croner', 'isomorphic-git', 'rrule-temporal', 'temporal-polyfill']
    expect(loaded.filter((name) => late.includes(name))).toEqual([])
  })

  it.each([
    'kubernetes/index.ts',
    'leases/kubernetes.ts',
    'leases/memory-lease-store.ts',
    'functions/locks/index.ts',
    'functions/identity/index.ts',
    'functions/notifications/index.ts',
    'functions/webhooks/index.ts',
    'functions/workers.ts',
    'gitops/smart-http-remote.ts',
    'gitops/github-remote.ts',
    'gitops/gitlab-remote.ts',
  ])('is nothing of Node for %s, which runs anywhere', (entry) => {
    const reached = [...reachedFrom(entry)]
    expect(reached).toContain(entry)
    // The library for counts knows that it runs in Node, too.
    const ofNode = { ...NODE_FILES, 'functions/http/prometheus-metrics.ts': '' }
    expect(reached.filter((file) => file in ofNode)).toEqual([])
  })
})

function allowed(folder: string): readonly string[] {
  const rule = FOLDERS[folder]
  if (rule === 'all of the above') return folders.slice(0, folders.indexOf(folder))
  return typeof rule === 'string' ? [] : (rule ?? [])
}

function markdownRow(folder: string): string {
  const rule = FOLDERS[folder] ?? []
  const listed = typeof rule === 'string' ? rule : codes(rule)
  const adapters = Object.entries(ADAPTERS)
    .filter(([file]) => isWithin(file, folder))
    .map(([file, places]) => `; ${codes(places)} in ${codes([file])} alone`)
  return `| \`${folder}\` | ${listed || 'nothing of ours'}${adapters.join('')} |\n`
}

const codes = (places: readonly string[]): string =>
  places.map((place) => `\`${place}\``).join(', ')

const ruleFor = (specifier: string) =>
  Object.entries(PACKAGES).find(([name]) =>
    name.endsWith('/*') ? specifier.startsWith(name.slice(0, -1)) : specifier === name,
  )?.[1]

const isWithin = (path: string, place: string): boolean =>
  path === place || path.startsWith(`${place}/`)

const withoutComments = (text: string): string =>
  text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/\/\/.*$/gm, '')

const describeImport = ({ file, specifier, isType }: SourceImport): string =>
  `${file} imports ${isType ? 'types of ' : ''}'${specifier}'`
