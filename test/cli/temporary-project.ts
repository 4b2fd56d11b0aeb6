import { spawn } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { temporaryFolder } from '../temporary-folder.ts'

const PROJECT = fileURLToPath(new URL('../..', import.meta.url))

export interface Run {
  /** Exit code, or the signal that ended it. */
  readonly code: number | NodeJS.Signals
  readonly stdout: string
  readonly stderr: string
}

/** A user's project in a folder of its own, in which `lockstep` runs as a process. */
export class TemporaryProject {
  readonly folder = temporaryFolder()

  /** @param files content by path; `apps/main.ts` is what `cdk8s.yaml` runs */
  constructor(files: Readonly<Record<string, string>> = {}) {
    mkdirSync(join(this.folder, 'node_modules'))
    symlinkSync(PROJECT, join(this.folder, 'node_modules', 'lockstep'))
    for (const peer of ['cdk8s', 'cdk8s-plus-27', 'constructs']) {
      symlinkSync(join(PROJECT, 'node_modules', peer), join(this.folder, 'node_modules', peer))
    }
    this.write({
      'package.json': '{ "type": "module" }\n',
      'cdk8s.yaml': 'language: typescript\napp: node apps/main.ts\n',
      ...files,
    })
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, path)), { recursive: true })
      writeFileSync(join(this.folder, path), text)
    }
  }

  /** Runs `lockstep` to its end. */
  lockstep(...args: readonly string[]): Promise<Run> {
    return this.start(...args).ended
  }

  /** Starts `lockstep` in a process group of its own, as a terminal does. */
  start(...args: readonly string[]): {
    readonly interrupt: () => void
    /** Asks the program alone to end, as a CI runner does. */
    readonly terminate: () => void
    readonly ended: Promise<Run>
  } {
    const child = spawn(process.execPath, [join(PROJECT, 'cli', 'main.ts'), ...args], {
      cwd: this.folder,
      detached: true,
      env: { ...process.env, NO_COLOR: '1' },
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
    })
    const ended = new Promise<Run>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) =>
        resolve({ code: code ?? signal ?? 'SIGKILL', stdout, stderr }),
      )
    })
    // A terminal's Ctrl-C reaches everything that was started, not the program alone.
    const interrupt = () => process.kill(-(child.pid ?? 0), 'SIGINT')
    return { interrupt, terminate: () => child.kill('SIGTERM'), ended }
  }
}

/** App definitions with one service, whose options can be changed. */
export const oneService = (options = ''): string => `
import { App, Environment, fixed, HighlyAvailableDeployment, Namespace } from 'lockstep'

const app = new App()
const prod = new Environment(app, 'prod', { owner: 'platform-team', images: {} })
new HighlyAvailableDeployment(new Namespace(prod, 'shop'), 'web', {
  image: 'registry.example.com/shop/web:1.0@sha256:${'a'.repeat(64)}',
  port: 8080,
  resources: { cpu: '100m', memory: '128Mi' },
  health: { ready: '/readyz', live: '/livez' },
  replicas: fixed(3),
  ${options}
})
app.synth()
`
