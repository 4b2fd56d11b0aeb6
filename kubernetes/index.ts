export type { KubernetesAnswer, KubernetesObjectAnswer } from './answer.ts'
export {
  KubernetesAnswerError,
  type KubernetesAnswerErrorProps,
  KubernetesError,
  type KubernetesErrorProps,
  KubernetesRefusalError,
  type KubernetesRefusalErrorProps,
  KubernetesUnreachableError,
} from './errors.ts'
export { FetchTransport, type FetchTransportProps } from './fetch-transport.ts'
export {
  KubernetesClient,
  type KubernetesClientProps,
  type KubernetesRequest,
  type WatchEvent,
} from './kubernetes-client.ts'
export {
  type KubernetesTransport,
  NotSentError,
  type TransportAnswer,
  type TransportRequest,
} from './transport.ts'
