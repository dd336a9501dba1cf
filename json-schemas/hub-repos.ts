import * as z from 'zod/mini';
import { tokenSchema } from '../src/hub/origin/access.js';
import { fileInput, repoInput } from '../src/hub/repos/read-repo.js';
import type { JsonSchema, Notes } from './annotate.js';
import { describeInput, withSchemaLine } from './describe-input.js';

const exactlyOne = (...keys: string[]) => ({ oneOf: keys.map((key) => ({ required: [key] })) });

const notes: Notes = {
  '': 'What a hub serves.',
  repos: {
    description: 'The model repos.',
    examples: [[{ id: 'acme/Rocket-7B-GGUF', files: [{ path: 'rocket-7b-Q4_K_M.gguf', size: 3_000_000 }] }]],
  },
  tokens: {
    description: 'The tokens that the hub accepts, in place of hf_reader and hf_member.',
    examples: [[{ token: 'hf_mine', user: 'me', access: ['acme/Rocket-7B-GGUF'] }]],
  },
  'tokens[].token': 'What a client sends as its bearer token.',
  'tokens[].user': 'Whose it is; stands in the journal instead of the token.',
  'tokens[].access': 'The private and gated repos that it opens: ids, or `*` for all.',
  repo: {
    description: 'One model repo. A repo with one commit has `files`, one with several has `commits`.',
    ...exactlyOne('files', 'commits'),
  },
  'repo.id': { description: 'The name, `owner/name`.', examples: ['acme/Rocket-7B-GGUF'] },
  'repo.private': { description: 'Whether only users with access see it.', default: false },
  'repo.gated': {
    description:
      'Whether users must ask for access: with `auto` asking is enough, with `manual` an operator grants it.',
    default: false,
  },
  'repo.disabled': { description: 'Whether the hub refuses to serve it.', default: false },
  'repo.formerIds': 'Names that are redirected (307) to this repo.',
  'repo.pipelineTag': { description: 'What the model is for.', examples: ['text-generation'] },
  'repo.libraryName': { description: 'The library that the model is made for.', examples: ['gguf', 'mlx'] },
  'repo.tags': { description: 'Words to find it by.', examples: [['gguf', 'conversational']] },
  'repo.downloads': 'How often it was downloaded, as the hub shows it.',
  'repo.likes': 'How many users like it, as the hub shows it.',
  'repo.files': 'The files of its only commit.',
  'repo.commits': 'Its commits, oldest first.',
  'repo.commits[].title': { description: 'The title of the commit.', examples: ['Update the model'] },
  'repo.commits[].files': 'The files that it adds or replaces.',
  'repo.commits[].removes': 'The paths of the files that it removes.',
  'repo.branches': {
    description:
      'Branches, by name: indexes into `commits`, from 0. `main` is the last commit unless it is named here.',
    examples: [{ main: 1 }],
  },
  'repo.gitTags': { description: 'Git tags, by name: indexes into `commits`, from 0.', examples: [{ 'v1.0': 0 }] },
  file: {
    description:
      'One file: its bytes are made from the seed (`size`), stand here (`text`), or lie on this machine (`from`).',
    ...exactlyOne('size', 'text', 'from'),
  },
  'file.path': { description: 'The path in the repo, with forward slashes.', examples: ['BF16/model-BF16.gguf'] },
  'file.size': {
    description:
      'The size in bytes. The content follows from the seed; `.gguf` and `.safetensors` begin with a header that fits.',
    examples: [3_000_000],
  },
  'file.text': 'The content itself, for small files.',
  'file.from': 'The path of a file on this machine, relative to the file that names it. Not over HTTP.',
  'file.storage': 'How the hub keeps it: `lfs` for weights and from 10 MiB up by default, `git` otherwise.',
  'file.variant': {
    description: 'Another variant has other bytes, for a file that changes between commits.',
    examples: ['b'],
  },
  'file.head': '`none` leaves the header out: the file is noise from its first byte.',
  'file.gguf': 'Facts for the header of a GGUF file; what is missing follows from the path.',
  'file.gguf.architecture': { description: 'The architecture.', examples: ['llama'] },
  'file.gguf.name': 'The name of the model.',
  'file.gguf.contextLength': { description: 'The longest context, in tokens.', examples: [8192] },
  'file.gguf.embeddingLength': { description: 'The length of an embedding, a multiple of 256.', examples: [4096] },
  'file.gguf.blockCount': { description: 'How many blocks there are.', examples: [32] },
};

/** Describes a file for `modeldock hub --repos`: a list of repos, or an object with `repos` and `tokens`. */
export function hubRepos(): JsonSchema {
  const described = withSchemaLine(
    describeInput({
      title: 'Repos of a hub of modeldock',
      schema: z.strictObject({ repos: z.array(repoInput), tokens: z.optional(z.array(tokenSchema)) }),
      definitions: { repo: repoInput, file: fileInput },
      notes,
    }),
  );
  return {
    ...described,
    type: ['object', 'array'],
    items: { $ref: '#/$defs/repo' },
    $defs: { ...described.$defs, repo: withSchemaLine(described.$defs!.repo!) },
  };
}
