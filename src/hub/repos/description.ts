/*
 * What a repo is, as data that can stand in a JSON file: nothing in here knows how it is served.
 */
/** How the hub keeps a file: in git itself, in LFS, or in Xet (LFS with an `xetHash`). */
export type Storage = 'git' | 'lfs' | 'xet';

/** One file of a commit. It has exactly one of `size`, `text` and `from`. */
export interface FileDescription {
  path: string;
  /** Bytes made from the seed; a `.gguf` or `.safetensors` begins with a header that fits its name and size. */
  size?: number;
  /** The content itself, for small files. */
  text?: string;
  /** A file on this machine's disk. */
  from?: string;
  /** Default: `lfs` for weights (`.gguf`, `.safetensors`, …) and from 10 MiB up, `git` otherwise. */
  storage?: Storage;
  /** Another variant has other bytes, for a file that changes between commits. */
  variant?: string;
  /** `none` leaves the header out: the file is noise from its first byte. */
  head?: 'none';
  /** Facts for the GGUF header; what is missing follows from the path. */
  gguf?: {
    architecture?: string;
    name?: string;
    contextLength?: number;
    embeddingLength?: number;
    blockCount?: number;
  };
}

/** One commit: the files it adds or replaces, and those it removes. */
export interface CommitDescription {
  title: string;
  files: FileDescription[];
  removes?: string[];
}

/** One model repo. */
export interface RepoDescription {
  /** `owner/name`. */
  id: string;
  private?: boolean;
  /** `auto`: asking is enough; `manual`: an operator must grant it. */
  gated?: false | 'auto' | 'manual';
  disabled?: boolean;
  /** Ids that answer 307 to this one. */
  formerIds?: string[];
  pipelineTag?: string;
  libraryName?: string;
  tags?: string[];
  downloads?: number;
  likes?: number;
  /** Oldest first. A repo with only `files` has one commit. */
  commits: CommitDescription[];
  /** Branch name to index into `commits`; `main` is the last commit unless it is named here. */
  branches?: Record<string, number>;
  /** Git tags, like branches. */
  gitTags?: Record<string, number>;
}

/** A repo as it may be given: one with a single commit needs only its files. */
export type RepoInput = RepoDescription | (Omit<RepoDescription, 'commits'> & { files: FileDescription[] });
