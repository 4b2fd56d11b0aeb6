import {
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { run } from './run.ts'

/** An empty folder away from this repository, as a user's project. */
export class ProjectFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'lockstep-project-'))

  constructor(files: Readonly<Record<string, string>> = {}) {
    for (const [path, text] of Object.entries(files)) this.write(path, text)
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.path, path)), { recursive: true })
    writeFileSync(join(this.path, path), text)
  }

  read(path: string): string {
    return readFileSync(join(this.path, path), 'utf8')
  }

  /** All files below a folder with what they hold, hidden ones aside. */
  readAll(folder: string): Readonly<Record<string, string>> {
    const paths = globSync(`${folder}/**/*`, { cwd: this.path }).sort()
    const files = paths.filter((path) => statSync(join(this.path, path)).isFile())
    return Object.fromEntries(files.map((path) => [path, this.read(path)]))
  }

  install(...packages: readonly string[]): void {
    this.run('npm', 'install', ...packages)
  }

  run(program: string, ...args: readonly string[]): string {
    return run(program, args, { cwd: this.path })
  }

  delete(path: string): void {
    rmSync(join(this.path, path), { recursive: true, force: true })
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}
