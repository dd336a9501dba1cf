/** How a file's contents are known before a byte of it has moved: sha256 for large files, git's blob sha1 for small ones. */
export interface Digest {
  algorithm: 'sha256' | 'git-sha1';
  /** Lower case. */
  hex: string;
}

export interface PlannedFile {
  /** In the repo, with slashes; checked, so that it may become a path. */
  path: string;
  size: number;
  digest: Digest;
}

/** What exactly a job downloads. It is stored with the job and never changes. */
export interface DownloadPlan {
  /** As the hub spells them. */
  owner: string;
  repo: string;
  /** `owner/repo` as the folder spells it that the files go into, where a folder was there that differs in case. */
  folder?: string;
  /** 40 hex digits, never a branch. */
  commit: string;
  format: 'gguf' | 'mlx';
  /** The label that was chosen; absent where the whole repo is the option. */
  quantization?: string;
  /** In the order in which they are published: projectors and later shards first, what makes it a model last. */
  files: readonly PlannedFile[];
}

export function totalSizeOf({ files }: DownloadPlan): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}
