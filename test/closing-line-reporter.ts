import { relative } from 'node:path'
import type { Reporter, TestModule } from 'vitest/node'
import { slowestTests, type TimedTest } from './slowest-tests.ts'

/** From how many tests on it says which were slow: fewer one sees at a glance. */
const MANY = 100

/**
 * Ends a run with one plain line that any tool can read: `tests: 12 passed, 0 failed, 1 skipped`,
 * and before it, after many tests, with the slowest.
 */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const count = { passed: 0, failed: 0, skipped: 0, pending: 0 }
    for (const module of modules) {
      for (const test of module.children.allTests()) count[test.result().state] += 1
    }
    // A file that could not even be loaded has no tests to count, but it did fail.
    const broken = modules.filter(
      (module) => module.state() === 'failed' && module.errors().length > 0,
    )
    const tests = modules.flatMap(timedTests)
    if (tests.length >= MANY) console.log(['slowest tests:', ...slowestTests(tests)].join('\n'))
    const failed = count.failed + broken.length
    console.log(
      `tests: ${count.passed} passed, ${failed} failed, ${count.skipped + count.pending} skipped`,
    )
  }
}

const timedTests = ({ children, moduleId }: TestModule): readonly TimedTest[] =>
  [...children.allTests()].map((test) => ({
    name: test.fullName,
    file: relative(process.cwd(), moduleId),
    durationMs: test.diagnostic()?.duration ?? 0,
  }))
