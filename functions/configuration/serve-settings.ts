/** A setting of the server: a variable of its environment, and the option of the command for it. */
export interface ServeSetting {
  readonly variable: string
  /** In words of commander. */
  readonly flags: string
  readonly description: string
}

/** All that can be told to `lockstep serve`, but where the locks are. */
export const SERVE_SETTINGS: readonly ServeSetting[] = [
  {
    variable: 'LOCKSTEP_LISTEN',
    flags: '--listen <host:port>',
    description:
      'where to listen; `:8080` is on all addresses (default: that, and 127.0.0.1:8080 if nobody is asked who they are)',
  },
  {
    variable: 'LOCKSTEP_TOKEN_AUDIENCE',
    flags: '--token-audience <name>',
    description: 'let in tokens of the cluster that are for this audience',
  },
  {
    variable: 'LOCKSTEP_OIDC_ISSUERS_FILE',
    flags: '--oidc-issuers <file>',
    description: 'let in tokens of these issuers of OpenID Connect',
  },
  {
    variable: 'LOCKSTEP_STATIC_TOKENS_FILE',
    flags: '--static-tokens <file>',
    description: 'let in the tokens whose digests are in this file',
  },
  {
    variable: 'LOCKSTEP_POLICY_FILE',
    flags: '--policy <file>',
    description: 'who may do what (default: as RBAC of the cluster says)',
  },
  {
    variable: 'LOCKSTEP_HANDLE_KEYS_FILE',
    flags: '--handle-keys <file>',
    description: 'keys that sign what callers carry: base64, one a line, the first one signs',
  },
  {
    variable: 'LOCKSTEP_LOCKS',
    flags: '--locks <names>',
    description:
      'serve these locks alone: NAMESPACE/NAME or NAMESPACE/NAME:SLOTS, with spaces between (default: all)',
  },
  {
    variable: 'LOCKSTEP_ROLLOUTS_FILE',
    flags: '--rollouts <file>',
    description: 'serve the rollouts of the environments in this file (default: none)',
  },
  {
    variable: 'LOCKSTEP_WEBHOOKS_FILE',
    flags: '--webhooks <file>',
    description: 'take webhooks about them from the senders in this file (default: none)',
  },
  {
    variable: 'LOCKSTEP_NOTIFICATIONS_FILE',
    flags: '--notifications <file>',
    description: 'tell those in this file of each commit (default: nobody)',
  },
  {
    variable: 'LOCKSTEP_TLS_CERTIFICATE_FILE',
    flags: '--tls-certificate <file>',
    description: 'serve HTTPS with this certificate and those above it, in PEM',
  },
  {
    variable: 'LOCKSTEP_TLS_KEY_FILE',
    flags: '--tls-key <file>',
    description: 'its key, in PEM',
  },
  {
    variable: 'LOCKSTEP_DRAIN_SECONDS',
    flags: '--drain <seconds>',
    description: 'after TERM, how long to go on while saying that it is not ready (default: 3)',
  },
  {
    variable: 'LOCKSTEP_STOP_WITHIN_SECONDS',
    flags: '--stop-within <seconds>',
    description: 'after TERM, when to cut off what is still under way (default: 25)',
  },
]
