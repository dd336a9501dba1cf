import * as z from 'zod/mini';
import { withoutSchemaLine } from '../../core/schema-line.js';
import { readHubInput } from '../read-input.js';
import { strictObject, text, whole } from '../schemas.js';
import type { RepoDescription } from './description.js';

const ID = /^(?!.*(?:--|\.\.))[A-Za-z0-9_][\w.-]{0,95}\/[A-Za-z0-9_][\w.-]{0,95}$/;

/** `owner/name`, as the hub allows it. */
const repoId = z.string().check(z.regex(ID, 'owner/name in letters, digits, "-", "_" and "."'));

// Refuses paths like "../x": the real hub cannot send them, so a downloader's handling of them is better tested in a
// unit test. A control character would end the header that contains the path.
// eslint-disable-next-line no-control-regex -- control characters are what it is about
const PATH = /^(?!.*(?:^|\/)\.{0,2}(?:\/|$))[^\\\x00-\x1f\x7f]+$/;

const filePath = z
  .string()
  .check(z.regex(PATH, 'a relative path with forward slashes, without ".." and control characters'));

const gguf = strictObject({
  architecture: z.optional(text),
  name: z.optional(text),
  contextLength: z.optional(whole(1, 0xffff_ffff)),
  embeddingLength: z.optional(z.int().check(z.minimum(256), z.maximum(65_536), z.multipleOf(256, 'a multiple of 256'))),
  blockCount: z.optional(whole(1, 1024)),
});

/** One file of a commit, as it may be given. */
export const fileInput = strictObject({
  path: filePath,
  size: z.optional(whole()),
  text: z.optional(z.string()),
  from: z.optional(text),
  storage: z.optional(z.enum(['git', 'lfs', 'xet'])),
  variant: z.optional(text),
  head: z.optional(z.literal('none')),
  gguf: z.optional(gguf),
}).check(
  z.refine(
    ({ size, text: content, from }) => [size, content, from].filter((source) => source !== undefined).length === 1,
    'exactly one of size (bytes), text and from (a file on disk)',
  ),
);

const commit = strictObject({
  title: z.optional(text),
  files: z.optional(z.array(fileInput)),
  removes: z.optional(z.array(text)),
});

const commitIndexes = z.optional(z.record(z.string(), whole()));

/** A repo, as it may be given: with `files`, or with `commits`. */
export const repoInput = strictObject({
  id: repoId,
  private: z.optional(z.boolean()),
  gated: z.optional(z.literal([false, 'auto', 'manual'])),
  disabled: z.optional(z.boolean()),
  formerIds: z.optional(z.array(repoId)),
  pipelineTag: z.optional(text),
  libraryName: z.optional(text),
  tags: z.optional(z.array(text)),
  downloads: z.optional(whole()),
  likes: z.optional(whole()),
  files: z.optional(z.array(fileInput)),
  commits: z.optional(z.array(commit).check(z.minLength(1))),
  branches: commitIndexes,
  gitTags: commitIndexes,
}).check(
  z.refine(
    ({ files, commits }) => (files === undefined) !== (commits === undefined),
    'either files (one commit) or commits (several, oldest first)',
  ),
  ({ value, issues }) => {
    const last = (value.commits?.length ?? 1) - 1;
    for (const kind of ['branches', 'gitTags'] as const) {
      for (const [name, index] of Object.entries(value[kind] ?? {})) {
        if (index > last) {
          issues.push({
            code: 'custom',
            path: [kind, name],
            message: `an index into commits, at most ${last}`,
            input: value,
          });
        }
      }
    }
  },
);

/** The schema of a repo's description, which also completes it. */
export const repoSchema = z.pipe(repoInput, z.transform(completed));

/** Checks a description that comes from outside. @throws InvalidInput, naming each wrong value by its path */
export function readRepo(value: unknown, name: string): RepoDescription {
  return readHubInput(repoSchema, withoutSchemaLine(value), name);
}

function completed({ files, commits, ...rest }: z.infer<typeof repoInput>): RepoDescription {
  const given = commits?.map(({ title = 'Update the model', files: added = [], ...others }) => ({
    title,
    files: added,
    ...others,
  }));
  return { ...rest, commits: given ?? [{ title: 'Upload the model', files: files ?? [] }] } as RepoDescription;
}
