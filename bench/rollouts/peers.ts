/**
 * What engines of others cost, to print beside ours: Flagger 1.36.1 and Argo Rollouts 1.9.2, built from
 * their Go modules, on the same kind of control plane, on another day. Medians, most in brackets; both
 * looking every 10 s unless it says otherwise.
 */
export const PEERS = `Of others, measured on the same kind of control plane on another day (Flagger 1.36.1, Argo Rollouts 1.9.2):

| | Flagger | Argo Rollouts |
| --- | --- | --- |
| metric turns bad, to all requests on stable; every 10 s | 15.5 s (19.0) | 6.7 s (10.9) |
| the same every 60 s; every 10 s with 500 idle canaries beside it | 88 s (116); 89 s (92) | |
| a person's abort, to all requests on stable | rollback hook 5.6 s (8.4); image reverted 41 s (47) | status patch 0.77 s (1.85); image reverted 0.12 s (0.26) |
| a whole good release, shortest settings | 66 s (72) | 36.5 s with pauses of 10 s, 7.9 s (9.2) without |
| first set-up of an app | 25 s every 10 s, 126 s every 60 s | 7.3 s |
| memory with 0, 100, 500 and 1,000 apps at rest | 47, 65, 82 to 89 MiB, not measured | 112, 137, 191, 266 to 291 MiB |
| at rest | 10 requests an app every 10 s: 108 a second with 100 apps | 0.5 requests a second; all apps anew every 15 minutes |
`
