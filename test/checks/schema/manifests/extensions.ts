import type { KubernetesObject } from '../../../../manifests/kubernetes-object.ts'
import { labels, metadata } from './common.ts'
import { widgetDefinition } from './widget.ts'

export const extensions: readonly KubernetesObject[] = [
  { ...widgetDefinition, metadata: { name: 'widgets.example.com', labels } },
  {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: 'v1.web.example.com', labels },
    spec: {
      group: 'web.example.com',
      version: 'v1',
      groupPriorityMinimum: 100,
      versionPriority: 10,
      service: { name: 'web', namespace: 'default', port: 443 },
      insecureSkipTLSVerify: true,
    },
  },
  {
    apiVersion: 'node.k8s.io/v1',
    kind: 'RuntimeClass',
    metadata,
    handler: 'runsc',
    overhead: { podFixed: { memory: '64Mi' } },
    scheduling: { nodeSelector: { sandbox: 'yes' } },
  },
  {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaimTemplate',
    metadata,
    spec: {
      spec: {
        devices: {
          requests: [
            {
              name: 'gpu',
              exactly: {
                deviceClassName: 'gpu.example.com',
                allocationMode: 'ExactCount',
                count: 1,
                selectors: [{ cel: { expression: "device.driver == 'gpu.example.com'" } }],
              },
            },
          ],
        },
      },
    },
  },
  {
    apiVersion: 'example.com/v1',
    kind: 'Widget',
    metadata,
    spec: {
      size: 3,
      colour: 'red',
      name: 'web',
      memory: '1Gi',
      tags: ['a', 'b'],
      extra: { anything: { goes: [1] } },
      limits: { a: 1 },
      since: '2026-01-31T12:00:00Z',
      note: null,
      address: '192.0.2.1',
    },
  },
]
