/**
 * What `isomorphic-git` asks of Node's `fs.promises`, in memory: functions have no disk. A path is
 * taken as it is given: the library writes each in one way only.
 */
export class MemoryFiles {
  readonly #folders = new Map<string, Map<string, Uint8Array>>()
  #byteLength = 0

  get byteLength(): number {
    return this.#byteLength
  }

  readonly promises = {
    readFile: async (path: string, options?: string | { readonly encoding?: string }) => {
      const bytes = this.#read(path)
      const encoding = typeof options === 'string' ? options : options?.encoding
      return encoding === 'utf8' ? new TextDecoder().decode(bytes) : bytes
    },
    writeFile: async (path: string, content: Uint8Array | string) => {
      const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
      const [folder, name] = split(path)
      const files = this.#folders.get(folder) ?? new Map<string, Uint8Array>()
      this.#byteLength += bytes.length - (files.get(name)?.length ?? 0)
      this.#folders.set(folder, files.set(name, bytes))
    },
    unlink: async (path: string) => {
      const [folder, name] = split(path)
      this.#byteLength -= this.#read(path).length
      this.#folders.get(folder)?.delete(name)
    },
    /** Files alone: the library looks for folders nowhere. */
    readdir: async (path: string) => [...(this.#folders.get(path)?.keys() ?? [])],
    stat: async (path: string) => this.#stat(path),
    lstat: async (path: string) => this.#stat(path),
    // Folders come and go with the files in them.
    mkdir: async () => {},
    rmdir: async () => {},
    readlink: async (path: string): Promise<string> => {
      throw new FileError('EINVAL', path)
    },
    symlink: async (_target: string, path: string): Promise<void> => {
      throw new FileError('EPERM', path)
    },
  }

  #read(path: string): Uint8Array {
    const [folder, name] = split(path)
    const bytes = this.#folders.get(folder)?.get(name)
    if (bytes === undefined) throw new FileError('ENOENT', path)
    return bytes
  }

  #stat(path: string) {
    const { length: size } = this.#read(path)
    return {
      type: 'file',
      mode: 0o100644,
      size,
      ino: 0,
      mtimeMs: 0,
      ctimeMs: 0,
      uid: 0,
      gid: 0,
      dev: 0,
      isFile: () => true,
      isDirectory: () => false,
      isSymbolicLink: () => false,
    }
  }
}

/** As Node's, by whose code the library tells what is missing from what is broken. */
class FileError extends Error {
  override readonly name = 'FileError'
  readonly code: string

  constructor(code: string, path: string) {
    super(`${code}: ${path}`)
    this.code = code
  }
}

function split(path: string): readonly [folder: string, name: string] {
  const slash = path.lastIndexOf('/')
  return [path.slice(0, slash), path.slice(slash + 1)]
}
