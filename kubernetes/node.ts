export type { CredentialSource, Credentials } from './credentials.ts'
export { type InClusterProps, inCluster, NotInClusterError } from './in-cluster.ts'
export { fromKubeconfig } from './kubeconfig.ts'
export {
  KubernetesClientMissingError,
  UnknownContextError,
  UnreadableKubeconfigError,
} from './kubeconfig-errors.ts'
export type { KubeconfigProps } from './kubeconfig-props.ts'
export { NodeTransport, type NodeTransportProps } from './node-transport.ts'
