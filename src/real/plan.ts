/** The digest of a file, known before its download: sha256 for large files, git's blob sha1 for small ones. */
export interface Digest {
  algorithm: 'sha256' | 'git-sha1';
  /** Lower case. */
  hex: string;
}

export interface PlannedFile {
  /** In the repo, with slashes; checked, so that it is safe as a path. */
  path: string;
  size: number;
  digest: Digest;
}

/** What a job downloads. It is stored with the job and never changes. */
export interface DownloadPlan {
  /** In the hub's spelling. */
  owner: string;
  repo: string;
  /** `owner/repo` as the folder spells it that the files go into, where a folder was there that differs in case. */
  folder?: string;
  /** 40 hex digits, never a branch. */
  commit: string;
  format: 'gguf' | 'mlx';
  /** The chosen label; absent if the whole repo is the option. */
  quantization?: string;
  /** In the order of publication: projectors and later shards first, the file that completes the model last. */
  files: readonly PlannedFile[];
}

export function totalSizeOf({ files }: DownloadPlan): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}
