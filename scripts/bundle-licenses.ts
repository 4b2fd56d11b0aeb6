import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { WrittenBundle } from './bundles.ts'

/** The licences of all packages that parts of are in bundles, which go wherever these go. */
export function bundleLicenses(bundles: readonly WrittenBundle[], root: string): string {
  const folders = bundles.flatMap(({ modules }) => modules.flatMap(packageFolder))
  return [...new Set(folders)]
    .sort()
    .map((folder) => licenseOf(join(root, folder)))
    .join(`\n${'-'.repeat(80)}\n\n`)
}

/** `node_modules/@scope/name` of a file in it, the innermost if there are several. */
const packageFolder = (module: string): string[] =>
  /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(module)?.slice(0, 1) ?? []

/** @throws {TypeError} for a package that does not say under which licence it is */
function licenseOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
  if (file === undefined && license === undefined) throw new TypeError(`${name} has no licence`)
  const text =
    file === undefined ? `Licence: ${license}\n` : readFileSync(join(folder, file), 'utf8')
  return `${name} ${version}\n\n${text}`
}
