import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { KubernetesObject } from '../../manifests/kubernetes-object.ts'
import { BundleProcess } from '../functions/bundles/bundle-process.ts'

interface Container {
  readonly args: readonly string[]
  readonly env: readonly { readonly name: string; readonly value: string }[]
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[]
}

export interface ContainerProcessProps {
  /** What the image runs. */
  readonly entryPoint: string
  /** Whose first container it is. */
  readonly deployment: KubernetesObject
  /** Files of each volume that the kubelet would mount, by the name of the volume. */
  readonly volumes: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** What the kubelet adds, and what cannot be as it is in a pod. */
  readonly env: (folderOf: (volume: string) => string) => Readonly<Record<string, string>>
}

/** A container of a Deployment, as a process of this machine: its arguments, variables and files. */
export class ContainerProcess {
  readonly process: BundleProcess
  readonly #root = mkdtempSync(join(tmpdir(), 'lockstep-container-'))

  constructor({ entryPoint, deployment, volumes, env }: ContainerProcessProps) {
    const { template } = deployment.spec as {
      template: { spec: { containers: readonly [Container] } }
    }
    const [container] = template.spec.containers
    for (const [volume, files] of Object.entries(volumes)) {
      mkdirSync(this.#folderOf(volume))
      for (const [name, content] of Object.entries(files)) {
        writeFileSync(join(this.#folderOf(volume), name), content, { mode: 0o600 })
      }
    }
    const variables = container.env.map(({ name, value }) => [
      name,
      container.volumeMounts.reduce(
        (text, { mountPath, name }) =>
          text.startsWith(`${mountPath}/`) ? text.replace(mountPath, this.#folderOf(name)) : text,
        value,
      ),
    ])
    this.process = new BundleProcess({
      program: process.execPath,
      args: [entryPoint, ...container.args],
      env: { ...Object.fromEntries(variables), ...env((volume) => this.#folderOf(volume)) },
    })
  }

  async remove(): Promise<void> {
    await this.process.kill()
    rmSync(this.#root, { recursive: true })
  }

  #folderOf(volume: string): string {
    return join(this.#root, volume)
  }
}
