/*
 * What a repo is, as data that can stand in a JSON file: nothing in here knows how it is served.
 */
import {
  dictionaryOf,
  flag,
  InvalidInput,
  listOf,
  oneOf,
  optional,
  readObject,
  anyText,
  text,
  whole,
} from '../validators.js';

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
  /** `auto`: asking is enough; `manual`: somebody must grant it. */
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

const ID = /^(?!.*(?:--|\.\.))[A-Za-z0-9_][\w.-]{0,95}\/[A-Za-z0-9_][\w.-]{0,95}$/;
const REPO_KEYS = [
  ...['id', 'private', 'gated', 'disabled', 'formerIds', 'pipelineTag', 'libraryName', 'tags', 'downloads', 'likes'],
  ...['files', 'commits', 'branches', 'gitTags'],
];

/** `owner/name`, as the hub allows it. */
function repoId(value: unknown, path: string): string {
  const id = text(value, path);
  if (!ID.test(id))
    throw new InvalidInput(path, `must be owner/name in letters, digits, "-", "_" and ".", not "${id}"`);
  return id;
}

/** Checks a description from outside. @throws InvalidInput with the path of what is wrong */
export function readRepo(value: unknown, path: string): RepoDescription {
  const repo = readObject(value, path, REPO_KEYS);
  if ((repo.files === undefined) === (repo.commits === undefined)) {
    throw new InvalidInput(path, 'needs either files (one commit) or commits (several, oldest first)');
  }
  const commits =
    repo.files === undefined
      ? listOf(readCommit)(repo.commits, `${path}.commits`)
      : [{ title: 'Upload the model', files: listOf(readFile)(repo.files, `${path}.files`) }];
  if (commits.length === 0) throw new InvalidInput(`${path}.commits`, 'needs at least one commit');
  const commit = whole(0, commits.length - 1);
  return {
    id: repoId(repo.id, `${path}.id`),
    ...optional(repo, 'private', flag, path),
    ...optional(repo, 'gated', oneOf<false | 'auto' | 'manual'>(false, 'auto', 'manual'), path),
    ...optional(repo, 'disabled', flag, path),
    ...optional(repo, 'formerIds', listOf(repoId), path),
    ...optional(repo, 'pipelineTag', text, path),
    ...optional(repo, 'libraryName', text, path),
    ...optional(repo, 'tags', listOf(text), path),
    ...optional(repo, 'downloads', whole(), path),
    ...optional(repo, 'likes', whole(), path),
    commits,
    ...optional(repo, 'branches', dictionaryOf(commit), path),
    ...optional(repo, 'gitTags', dictionaryOf(commit), path),
  };
}

function readCommit(value: unknown, path: string): CommitDescription {
  const commit = readObject(value, path, ['title', 'files', 'removes']);
  return {
    title: commit.title === undefined ? 'Update the model' : text(commit.title, `${path}.title`),
    files: listOf(readFile)(commit.files ?? [], `${path}.files`),
    ...optional(commit, 'removes', listOf(text), path),
  };
}

function readFile(value: unknown, path: string): FileDescription {
  const keys = ['path', 'size', 'text', 'from', 'storage', 'variant', 'head', 'gguf'];
  const file = readObject(value, path, keys);
  const sources = ['size', 'text', 'from'].filter((key) => file[key] !== undefined);
  if (sources.length !== 1)
    throw new InvalidInput(path, 'needs exactly one of size (bytes), text and from (a file on disk)');
  return {
    path: filePath(file.path, `${path}.path`),
    ...optional(file, 'size', whole(), path),
    ...optional(file, 'text', anyText, path),
    ...optional(file, 'from', text, path),
    ...optional(file, 'storage', oneOf('git', 'lfs', 'xet'), path),
    ...optional(file, 'variant', text, path),
    ...optional(file, 'head', oneOf('none'), path),
    ...optional(file, 'gguf', readGguf, path),
  };
}

function readGguf(value: unknown, path: string): NonNullable<FileDescription['gguf']> {
  const gguf = readObject(value, path, ['architecture', 'name', 'contextLength', 'embeddingLength', 'blockCount']);
  if (typeof gguf.embeddingLength === 'number' && gguf.embeddingLength % 256 !== 0) {
    throw new InvalidInput(`${path}.embeddingLength`, `must be a multiple of 256, not ${gguf.embeddingLength}`);
  }
  return {
    ...optional(gguf, 'architecture', text, path),
    ...optional(gguf, 'name', text, path),
    ...optional(gguf, 'contextLength', whole(1, 0xffff_ffff), path),
    ...optional(gguf, 'embeddingLength', whole(256, 65_536), path),
    ...optional(gguf, 'blockCount', whole(1, 1024), path),
  };
}

// A hub that served "../x" would test downloaders for something no real hub can do to them; `hostile` names belong
// into a unit test of the downloader.
function filePath(value: unknown, path: string): string {
  const name = text(value, path);
  const bad = name.split('/').some((part) => part === '' || part === '.' || part === '..');
  // eslint-disable-next-line no-control-regex -- a control character would end the header it is sent in
  if (bad || /[\\\x00-\x1f\x7f]/.test(name)) {
    throw new InvalidInput(
      path,
      `must be a relative path with forward slashes and without "..", not ${JSON.stringify(name)}`,
    );
  }
  return name;
}
