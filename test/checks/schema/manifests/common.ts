export const labels = { 'app.kubernetes.io/name': 'web', 'app.kubernetes.io/instance': 'web' }
export const selector = { matchLabels: labels }
export const metadata = {
  name: 'web',
  labels,
  annotations: { 'example.com/team': 'platform-team' },
}
