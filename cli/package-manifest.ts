import { readFileSync } from 'node:fs'

/** What this package says of itself. */
export interface PackageManifest {
  readonly version: string
  readonly engines: { readonly node: string }
}

/** Reads `package.json`, which is one folder up in the sources and in what is published. */
export const packageManifest = (): PackageManifest =>
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
