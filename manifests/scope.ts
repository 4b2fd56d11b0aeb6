/**
 * Built-in kinds that live outside namespaces, by group. The API server knows this by discovery;
 * offline it is a list. Kinds of a CRD that are not here count as namespaced.
 */
const CLUSTER_SCOPED = new Map<string, readonly string[]>(
  Object.entries({
    '': ['Namespace', 'Node', 'PersistentVolume'],
    'admissionregistration.k8s.io': [
      'MutatingAdmissionPolicy',
      'MutatingAdmissionPolicyBinding',
      'MutatingWebhookConfiguration',
      'ValidatingAdmissionPolicy',
      'ValidatingAdmissionPolicyBinding',
      'ValidatingWebhookConfiguration',
    ],
    'apiextensions.k8s.io': ['CustomResourceDefinition'],
    'apiregistration.k8s.io': ['APIService'],
    'argoproj.io': ['ClusterAnalysisTemplate'],
    'certificates.k8s.io': ['CertificateSigningRequest', 'ClusterTrustBundle'],
    'flowcontrol.apiserver.k8s.io': ['FlowSchema', 'PriorityLevelConfiguration'],
    'gateway.networking.k8s.io': ['GatewayClass'],
    'networking.k8s.io': ['IngressClass', 'IPAddress', 'ServiceCIDR'],
    'node.k8s.io': ['RuntimeClass'],
    'rbac.authorization.k8s.io': ['ClusterRole', 'ClusterRoleBinding'],
    'resource.k8s.io': ['DeviceClass', 'ResourceSlice'],
    'scheduling.k8s.io': ['PriorityClass'],
    'storage.k8s.io': [
      'CSIDriver',
      'CSINode',
      'StorageClass',
      'VolumeAttachment',
      'VolumeAttributesClass',
    ],
  }),
)

export const isClusterScoped = (group: string, kind: string): boolean =>
  CLUSTER_SCOPED.get(group)?.includes(kind) ?? false
