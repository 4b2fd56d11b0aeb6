import { load } from 'js-yaml'
import { parse } from 'yaml'
import { kubectl, missingKubectl, missingPyYaml, run } from './processes.ts'

/** Something that turns YAML into values, in its own opinion of YAML. */
export interface YamlReader {
  readonly name: string
  /** Why it cannot be asked on this machine. */
  readonly missing?: string | undefined
  /** How many texts to give it at once: a process is not worth starting for one. */
  readonly batch: number
  /** Reads maps only: Kubernetes has no other documents. */
  read(texts: readonly string[]): readonly unknown[]
}

// Keys that Python does not read as strings are marked, since JSON would hide the difference.
const PYTHON = `
import json, sys, yaml
def plain(value):
    if isinstance(value, dict):
        return {k if isinstance(k, str) else 'not a string: ' + repr(k): plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value
texts = json.load(sys.stdin)
print(json.dumps([plain(yaml.safe_load(text)) for text in texts], default=repr))
`

/** Deeper by two spaces, which must not matter: blocks are relative to what contains them. */
const shift = (text: string): string => text.replaceAll(/^(?=[^\n])|(?<=\n)(?=[^\n])/g, '  ')

export const yamlReaders: readonly YamlReader[] = [
  { name: 'js-yaml', batch: 1, read: (texts) => texts.map((text) => load(text)) },
  {
    name: 'yaml 1.2',
    batch: 1,
    read: (texts) => texts.map((text) => parse(text, { version: '1.2' })),
  },
  {
    name: 'yaml 1.1',
    batch: 1,
    read: (texts) => texts.map((text) => parse(text, { version: '1.1' })),
  },
  {
    name: 'PyYAML',
    missing: missingPyYaml,
    batch: 250,
    read: (texts) => JSON.parse(run('python3', ['-c', PYTHON], JSON.stringify(texts))),
  },
  {
    name: 'go-yaml in kubectl',
    missing: missingKubectl,
    batch: 250,
    read: (texts) =>
      kubectl(
        ['annotate', 'read='],
        texts.map((text) => `apiVersion: example.com/v1\nkind: A\nspec:\n${shift(text)}`),
      ).map((object) => (object as { spec: unknown }).spec),
  },
]
