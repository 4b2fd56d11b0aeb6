/*
 * What the image runs, as its first argument says, each in the file beside this one that is called so.
 * Nothing of one is loaded for the other.
 */
const PROGRAMS: readonly string[] = ['serve', 'serve-rollouts', 'elect']

const [, , name = '', ...args] = process.argv
if (PROGRAMS.includes(name)) {
  process.argv.splice(2, process.argv.length, ...args)
  await import(`./${name}.mjs`)
} else {
  process.stderr.write(`error: There is no program '${name}'. Run one of ${PROGRAMS.join(', ')}\n`)
  process.exitCode = 2
}
