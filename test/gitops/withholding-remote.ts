import { RemoteRefusedError } from '../../gitops/git-remote-errors.ts'
import { MemoryGitRemote } from './memory-git-remote.ts'

/** A remote that does not give what it has, for as long as it is told so. */
export class WithholdingRemote extends MemoryGitRemote {
  /** Ids of blobs. */
  readonly withheld = new Set<string>()

  override async contents(blobs: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (blobs.some((id) => this.withheld.has(id))) {
      throw new RemoteRefusedError('memory', 'rejected', 'upload-pack: not our ref')
    }
    return super.contents(blobs)
  }
}
