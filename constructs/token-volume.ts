import type { IIoK8sApiCoreV1Volume } from 'kubernetes-models/v1/Volume'
import type { IIoK8sApiCoreV1VolumeMount } from 'kubernetes-models/v1/VolumeMount'
import type { Written } from './written.ts'

const NAME = 'kubernetes-api'

/**
 * The ServiceAccount's token, where every client library looks for it, but only for the pod that
 * asked, and short-lived: the automatic mount is off for all.
 */
export const tokenVolume: Written<IIoK8sApiCoreV1Volume> = {
  name: NAME,
  projected: {
    defaultMode: 0o444,
    sources: [
      { serviceAccountToken: { path: 'token', expirationSeconds: 3600 } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      {
        downwardAPI: {
          items: [
            { path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } },
          ],
        },
      },
    ],
  },
}

export const tokenMount: Written<IIoK8sApiCoreV1VolumeMount> = {
  name: NAME,
  mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
  readOnly: true,
}
