/** The Kubernetes client is not installed. */
export class KubernetesClientMissingError extends Error {
  override readonly name = 'KubernetesClientMissingError'
  readonly code = 'KUBERNETES_CLIENT_MISSING'
  readonly remedy = 'Run `npm install --save-dev @kubernetes/client-node`'

  constructor(options?: ErrorOptions) {
    super('A kubeconfig is read by the package @kubernetes/client-node, which is missing', options)
  }
}

/** The kubeconfig is not there, may not be read, or is none. */
export class UnreadableKubeconfigError extends Error {
  override readonly name = 'UnreadableKubeconfigError'
  readonly code = 'UNREADABLE_KUBECONFIG'
  readonly remedy = 'Give the path of one that `kubectl --kubeconfig` takes'

  constructor(file: string | undefined, options: { readonly cause: Error }) {
    const what = file === undefined ? 'The kubeconfig of kubectl' : `The kubeconfig ${file}`
    super(`${what} cannot be read: ${options.cause.message}`, options)
  }
}

/** The kubeconfig does not have the context that was asked for, or has no current one. */
export class UnknownContextError extends Error {
  override readonly name = 'UnknownContextError'
  readonly code = 'UNKNOWN_CONTEXT'
  readonly remedy = 'Choose one that `kubectl config get-contexts` lists'

  constructor(context: string) {
    super(`${context}: there is no such context in the kubeconfig`)
  }
}
