/* The description of a repo, as data for a JSON file; it does not depend on how the repo is served. */
/** Where the hub stores a file: in git itself, in LFS, or in Xet (LFS with an `xetHash`). */
export type Storage = 'git' | 'lfs' | 'xet';

/** One file of a commit. It has exactly one of `size`, `text` and `from`. */
export interface FileDescription {
  path: string;
  /**
   * The size of a file that is computed from the seed; a `.gguf` or `.safetensors` begins with a header that fits its
   * name and size.
   */
  size?: number;
  /** The content itself, for small files. */
  text?: string;
  /** A file on this machine's disk. */
  from?: string;
  /** Default: `lfs` for weights (`.gguf`, `.safetensors`, …) and from 10 MiB up, `git` otherwise. */
  storage?: Storage;
  /** Files with different variants have different bytes, for a file that changes between commits. */
  variant?: string;
  /** `none` omits the header: the file is noise from its first byte. */
  head?: 'none';
  /** Values for the GGUF header; missing ones are derived from the path. */
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
  /** `auto`: a request gives access; `manual`: access must be given over the control API. */
  gated?: false | 'auto' | 'manual';
  disabled?: boolean;
  /** Former ids, which answer 307 to this one. */
  formerIds?: string[];
  pipelineTag?: string;
  libraryName?: string;
  tags?: string[];
  downloads?: number;
  likes?: number;
  /** Oldest first. A repo with only `files` has one commit. */
  commits: CommitDescription[];
  /** Maps branches to an index into `commits`; `main` is the last commit unless it is named here. */
  branches?: Record<string, number>;
  /** Maps git tags in the same way. */
  gitTags?: Record<string, number>;
}

/** A repo as callers may describe it: one with a single commit needs only its files. */
export type RepoInput = RepoDescription | (Omit<RepoDescription, 'commits'> & { files: FileDescription[] });
