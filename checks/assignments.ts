/** A name and what it is set to, somewhere in a text. */
export type Assignment = readonly [name: string, value: string]

/**
 * How files of settings, connection strings and shell scripts set something. Each is bounded, and
 * begins at few letters of a text: a ConfigMap may hold a megabyte.
 */
const FORMS: readonly RegExp[] = [
  // JSON: "password": "hunter2"
  /"([\w.-]{1,80})"[ \t]{0,8}:[ \t]{0,8}"([^"\\\n]{1,500})"/g,
  // Words: PGPASSWORD=hunter2 psql, host=db;password=hunter2, --password=hunter2
  /(?<![^\s;&?"'])-{0,2}([\w.-]{1,80})=("[^"\n]{0,500}"|'[^'\n]{0,500}'|[^\s;&"',]{1,500})/g,
  // Lines of YAML, TOML, properties: password: hunter2, db.password = "hunter2"
  /^[ \t]{0,80}(?:- )?["']?([\w.-]{1,80})["']?[ \t]{0,20}(?::[ \t]{1,20}|=[ \t]{0,20})([^\s].{0,500})$/gm,
]

/** Everything that a text sets, in whichever of the usual forms; some of it more than once. */
export function* assignmentsIn(text: string): Iterable<Assignment> {
  for (const form of FORMS) {
    for (const [, name = '', value = ''] of text.matchAll(form)) yield [name, unquoted(value)]
  }
}

/** Without quotes, the separator of a list, and a comment behind it. */
function unquoted(value: string): string {
  const quoted = /^(["'])(.*?)\1/.exec(value)
  return quoted?.[2] ?? value.replace(/\s+[#;].*$/, '').replace(/[,;]?\s*$/, '')
}
