export interface KubeconfigProps {
  /**
   * Kubeconfig file.
   *
   * @default - as kubectl: KUBECONFIG, or ~/.kube/config
   */
  readonly file?: string | undefined
  /**
   * Context in it.
   *
   * @default - the current one
   */
  readonly context?: string | undefined
}
