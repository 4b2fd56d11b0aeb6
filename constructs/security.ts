/**
 * Numeric, since a named user of the image cannot be proven not to be root, and above 10000, so
 * that it meets no user of the node.
 */
const USER = 10001

/** Passes the Pod Security Standard `restricted`. */
export const podSecurity = {
  runAsNonRoot: true,
  runAsUser: USER,
  runAsGroup: USER,
  fsGroup: USER,
  // Changing the owner of every file of a big volume at each start can take many minutes.
  fsGroupChangePolicy: 'OnRootMismatch',
  seccompProfile: { type: 'RuntimeDefault' },
} as const

/** Of every container, init containers included. The seccomp profile is the pod's. */
export const containerSecurity = {
  allowPrivilegeEscalation: false,
  privileged: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  capabilities: { drop: ['ALL'] },
} as const
