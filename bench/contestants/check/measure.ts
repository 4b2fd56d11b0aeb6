import { readFileSync } from 'node:fs'
import { checkObjects } from 'lockstep/checks'
import { everyErrorRule, everyRule } from 'lockstep/checks/schemas'

/** Sets of rules by the names that the benchmark calls them by. */
const RULES = {
  schema: everyRule.filter(({ id }) => id.startsWith('schema/')),
  errors: everyErrorRule,
  all: everyRule,
}

const [which, path] = process.argv.slice(2)
const rules = RULES[which]
const objects = JSON.parse(readFileSync(path, 'utf8'))
const checked = objects.map((object) => ({ object }))

const cpu = process.threadCpuUsage()
const start = performance.now()
checkObjects(checked, { rules })
const wallSeconds = (performance.now() - start) / 1000
const { user, system } = process.threadCpuUsage(cpu)

console.log(JSON.stringify({ wallSeconds, cpuSeconds: (user + system) / 1e6 }))
