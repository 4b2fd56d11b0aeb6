import { defineConfig } from 'vitest/config'

const PACKAGING = 'test/meta/packaging/**/*.test.ts'
const CONTROL_PLANE = 'test/control-plane/**/*.test.ts'

export default defineConfig({
  test: {
    reporters: ['default', './test/closing-line-reporter.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Of conditions that are waited for, on machines that may be busy.
    expect: { poll: { timeout: 20_000 } },
    // Once for all projects: suites of several use the same clusters.
    globalSetup: ['test/control-plane/global-setup.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'sources',
          include: ['test/**/*.test.ts'],
          exclude: [PACKAGING, CONTROL_PLANE],
        },
      },
      {
        // They wait for controllers most of the time, so there may be more of them than cores.
        extends: true,
        test: {
          name: 'control-plane',
          include: [CONTROL_PLANE],
          maxWorkers: 4,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // The package as users get it: packed once, installed and run elsewhere.
        extends: true,
        test: {
          name: 'package',
          include: [PACKAGING],
          globalSetup: ['test/meta/packaging/packed-tarball.ts'],
          // After the others: installing packages would slow them down.
          sequence: { groupOrder: 2 },
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
})
