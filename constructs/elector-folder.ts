import type { IIoK8sApiCoreV1Volume } from 'kubernetes-models/v1/Volume'
import type { IIoK8sApiCoreV1VolumeMount } from 'kubernetes-models/v1/VolumeMount'
import type { Written } from './written.ts'

const NAME = 'lockstep-elector'

/** A folder that an elector shares with its app, which only reads in it. */
export interface ElectorFolder {
  readonly args: readonly string[]
  readonly volume: Written<IIoK8sApiCoreV1Volume>
  readonly mount: Written<IIoK8sApiCoreV1VolumeMount>
  readonly appMount: Written<IIoK8sApiCoreV1VolumeMount>
}

/** In memory: the file is written anew every few seconds for as long as the pod leads. */
export const electorFolder = (path: string): ElectorFolder => ({
  args: [`--file=${path}/leader.json`, `--socket=${path}/elector.sock`],
  volume: { name: NAME, emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
  mount: { name: NAME, mountPath: path },
  appMount: { name: NAME, mountPath: path, readOnly: true },
})
