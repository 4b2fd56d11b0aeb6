import { createHash } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DemoStepError } from './demo-step-error.ts'
import type { Workspace } from './workspace.ts'

/** An image that a build has pushed. */
export interface Build {
  readonly environment: 'staging' | 'prod'
  readonly app: string
  readonly version: string
}

/** The digest of a new image goes into the one file that holds them. */
export async function moveDigest(
  workspace: Workspace,
  { environment, app, version }: Build,
): Promise<void> {
  await edit(join(workspace.source, 'apps', 'images.json'), (text) => {
    const images = JSON.parse(text) as Record<Build['environment'], Record<string, string>>
    const [repository] = (images[environment][app] ?? '').split(':')
    const digest = createHash('sha256').update(`${repository} ${version}`).digest('hex')
    images[environment][app] = `${repository}:${version}@sha256:${digest}`
    return `${JSON.stringify(images, undefined, 2)}\n`
  })
  await workspace.commit(`${app} ${version}`)
}

/** Takes a singleton out of the app definitions, and out of what others say of it. */
export async function removeSingleton(workspace: Workspace, app: string): Promise<void> {
  await edit(join(workspace.source, 'apps', 'shop.ts'), (text) => {
    const start = text.indexOf(`  new SingletonService(namespace, '${app}'`)
    const end = text.indexOf('\n  })\n', start)
    if (start < 0 || end < 0) return text
    const rest = text.slice(0, start) + text.slice(end + '\n  })\n'.length)
    return rest.replaceAll(`, app('${app}')`, '').replaceAll(`app('${app}')`, '')
  })
  await workspace.commit(`no ${app} any more`)
}

/** Somebody changes a file on the deploy branch, past the app definitions. */
export async function editOnBranch(
  workspace: Workspace,
  path: string,
  change: (text: string) => string,
): Promise<void> {
  const clone = `${workspace.source}-by-hand`
  await workspace.git('clone', '--quiet', '--branch=deploy', workspace.deploy, clone)
  await edit(join(clone, path), change)
  await workspace.git(
    '-C',
    clone,
    '-c',
    'user.name=on-call',
    '-c',
    'user.email=on-call@example.com',
    'commit',
    '--quiet',
    '--all',
    '--message=more pods, quickly',
  )
  await workspace.git('-C', clone, 'push', '--quiet', 'origin', 'deploy')
  await rm(clone, { recursive: true })
}

async function edit(path: string, change: (text: string) => string): Promise<void> {
  const before = await readFile(path, 'utf8')
  const after = change(before)
  if (after === before) throw new DemoStepError(`edit ${path}`, 'The text to change is not there')
  await writeFile(path, after)
}
