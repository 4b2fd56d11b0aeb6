import { type ChangeCase, change, claimSpec, labels, make, withSpec } from './change-case.ts'

const service = withSpec('v1', 'Service', { ports: [{ port: 80 }], selector: labels })
const claim = withSpec('v1', 'PersistentVolumeClaim', claimSpec)
const configMap = make('v1', 'ConfigMap', { immutable: true, data: { a: '1' } })
const secret = make('v1', 'Secret', { immutable: true, type: 'Opaque', data: { a: 'MQ==' } })
const roleRef = (name: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name })
const roleBinding = make('rbac.authorization.k8s.io/v1', 'RoleBinding', { roleRef: roleRef('a') })
const storageClass = make('storage.k8s.io/v1', 'StorageClass', { provisioner: 'example.com/a' })
const priorityClass = make('scheduling.k8s.io/v1', 'PriorityClass', { value: 10 })
const runtimeClass = make('node.k8s.io/v1', 'RuntimeClass', { handler: 'a' })
const ingressClass = withSpec('networking.k8s.io/v1', 'IngressClass', {
  controller: 'example.com/a',
})
const driver = withSpec('storage.k8s.io/v1', 'CSIDriver', { attachRequired: true })
const volume = withSpec('v1', 'PersistentVolume', {
  accessModes: ['ReadWriteOnce'],
  capacity: { storage: '1Gi' },
  hostPath: { path: '/a' },
})
const lease = withSpec('coordination.k8s.io/v1', 'Lease', { holderIdentity: 'a' })

export const OBJECT_CHANGES: readonly ChangeCase[] = [
  change(
    'a Service that becomes headless',
    service(),
    service({ clusterIP: 'None' }),
    'spec.clusterIP',
  ),
  change(
    'ports and selector of a Service',
    service(),
    service({ ports: [{ port: 81 }], selector: { app: 'b' } }),
  ),
  change('type of a Service', service(), service({ type: 'NodePort' })),
  change(
    'a Service that becomes a name outside',
    service({ clusterIP: 'None' }),
    service({ type: 'ExternalName', externalName: 'example.com' }),
  ),
  change(
    'class of a load balancer',
    service({ type: 'LoadBalancer', loadBalancerClass: 'example.com/a' }),
    service({ type: 'LoadBalancer', loadBalancerClass: 'example.com/b' }),
    'spec.loadBalancerClass',
  ),

  change(
    'access mode of a claim',
    claim(),
    claim({ accessModes: ['ReadWriteMany'] }),
    'spec.accessModes',
  ),
  change('class of a claim', claim(), claim({ storageClassName: 'fast' }), 'spec.storageClassName'),
  change(
    'a claim that shrinks',
    claim(),
    claim({ resources: { requests: { storage: '1Gi' } } }),
    'spec.resources.requests.storage',
  ),
  change(
    'unit of the size of a claim',
    claim(),
    claim({ resources: { requests: { storage: '2048Mi' } } }),
  ),

  change('data of an immutable ConfigMap', configMap(), configMap({ data: { a: '2' } }), 'data'),
  change(
    'an immutable ConfigMap that no longer is',
    configMap(),
    configMap({ immutable: false }),
    'immutable',
  ),
  change(
    'labels of an immutable ConfigMap',
    configMap(),
    configMap({ metadata: { name: 'web', labels } }),
  ),
  change(
    'data of a mutable ConfigMap',
    configMap({ immutable: false }),
    configMap({ immutable: false, data: {} }),
  ),
  change('data of an immutable Secret', secret(), secret({ data: { a: 'Mg==' } }), 'data'),
  change(
    'type of a Secret',
    secret({ immutable: false }),
    secret({ immutable: false, type: 'example.com/a' }),
    'type',
  ),

  change('role of a binding', roleBinding(), roleBinding({ roleRef: roleRef('b') }), 'roleRef'),
  change(
    'provisioner of a class',
    storageClass(),
    storageClass({ provisioner: 'example.com/b' }),
    'provisioner',
  ),
  change(
    'reclaim policy of a class',
    storageClass(),
    storageClass({ reclaimPolicy: 'Retain' }),
    'reclaimPolicy',
  ),
  change(
    'reclaim policy of a class, written out',
    storageClass(),
    storageClass({ reclaimPolicy: 'Delete' }),
  ),
  change('expansion of a class', storageClass(), storageClass({ allowVolumeExpansion: true })),
  change('value of a priority', priorityClass(), priorityClass({ value: 11 }), 'value'),
  change('description of a priority', priorityClass(), priorityClass({ description: 'high' })),
  change('handler of a runtime', runtimeClass(), runtimeClass({ handler: 'b' }), 'handler'),
  change(
    'controller of an ingress class',
    ingressClass(),
    ingressClass({ controller: 'example.com/b' }),
    'spec.controller',
  ),
  change(
    'attachment of a driver',
    driver(),
    driver({ attachRequired: false }),
    'spec.attachRequired',
  ),
  change('path of a volume', volume(), volume({ hostPath: { path: '/b' } }), 'spec.hostPath'),
  change('capacity of a volume', volume(), volume({ capacity: { storage: '2Gi' } })),
  change('holder of a Lease', lease(), lease({ holderIdentity: 'b' })),
]
