import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { BundleProcess } from './bundle-process.ts'

export interface WorkerdProps {
  /** Of the module of the Worker. */
  readonly file: string
  readonly variables: Readonly<Record<string, string>>
  /** PEM of whom it trusts on the network, in place of those that everybody trusts. */
  readonly trusted?: string | undefined
}

const PLATFORMS: Readonly<Record<string, string>> = {
  'linux x64': 'workerd-linux-64',
  'linux arm64': 'workerd-linux-arm64',
  'darwin x64': 'workerd-darwin-64',
  'darwin arm64': 'workerd-darwin-arm64',
}

/**
 * Cloudflare's own runtime, with one Worker, on a port that is free. From the package of the platform:
 * the one around it needs an install script, which npm does not run.
 */
export const startWorkerd = (props: WorkerdProps): BundleProcess =>
  new BundleProcess(workerdCommand(props))

/** What starts it. It says in its output on which port it listens. */
export function workerdCommand(props: WorkerdProps) {
  const config = join(dirname(props.file), 'workerd.capnp')
  writeFileSync(config, configOf(props))
  return { program: binary(), args: ['serve', config, '--control-fd=1'] }
}

function binary(): string {
  const name = PLATFORMS[`${process.platform} ${process.arch}`]
  if (name === undefined) throw new Error(`There is no workerd for ${process.platform}`)
  const workerd = createRequire(createRequire(import.meta.url).resolve('workerd/package.json'))
  return join(dirname(workerd.resolve(`@cloudflare/${name}/package.json`)), 'bin/workerd')
}

/** See `workerd.capnp` of the package. To networks of this machine a Worker gets only when told so. */
const configOf = ({ file, variables, trusted }: WorkerdProps): string => `
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "internet", network = (
      allow = ["public", "private", "local"],
      tlsOptions = (trustBrowserCas = ${trusted === undefined}, trustedCertificates = [${trusted === undefined ? '' : text(trusted)}]),
    )),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);

const main :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed ${text(file.slice(file.lastIndexOf('/') + 1))})],
  compatibilityDate = "2025-09-01",
  bindings = [
    ${Object.entries(variables)
      .map(([name, value]) => `(name = ${text(name)}, text = ${text(value)}),`)
      .join('\n    ')}
  ],
);
`

/** As Cap'n Proto writes text, which is as JSON does for what is ASCII. */
const text = (value: string): string => JSON.stringify(value)
