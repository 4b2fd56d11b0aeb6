/** A program that is a package of Python. What it needs is in the folder of that name. */
export interface PythonProgram {
  readonly name: string
  readonly packageName: string
  /** What runs it, by `python -m`. */
  readonly module: string
}

export const CHECKOV: PythonProgram = {
  name: 'Checkov',
  packageName: 'checkov',
  module: 'checkov.main',
}

/** A client that is made of an OpenAPI document, and looks for requests that break its promises. */
export const SCHEMATHESIS: PythonProgram = {
  name: 'Schemathesis',
  packageName: 'schemathesis',
  module: 'schemathesis.cli',
}
