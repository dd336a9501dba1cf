import { readdirSync, realpathSync, statSync, type Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import * as z from 'zod/mini';
import { withoutSchemaLine } from '../../core/schema-line.js';
import { tokenSchema, type Token } from '../origin/access.js';
import { cannotRead, readHubFile } from '../read-hub-file.js';
import { InvalidInput, readHubInput } from '../read-input.js';
import { strictObject } from '../schemas.js';
import type { FileDescription, RepoDescription } from './description.js';
import { readRepo, repoSchema } from './read-repo.js';

/** The contents of a file or a folder of repos. */
export interface ReposOnDisk {
  repos: RepoDescription[];
  tokens: Token[];
}

/**
 * Reads repos from a JSON file (a list of repos, or `{ repos, tokens }`; comments are allowed), or finds them in a folder
 * laid out as `owner/name/files…`.
 * @throws InvalidInput when there are none, or when one is described wrongly
 */
export function reposFromDisk(path: string): ReposOnDisk {
  try {
    return readRepos(path);
  } catch (error) {
    throw cannotRead('repos', path, error);
  }
}

function readRepos(path: string): ReposOnDisk {
  const entry = statSync(path, { throwIfNoEntry: false });
  if (entry === undefined) {
    throw new InvalidInput(path, `Cannot read repos from ${path}: there is no such file or folder.`);
  }
  return entry.isDirectory() ? reposFromFolder(path) : reposFromFile(path);
}

/** The parts of a file, which are checked separately, so that errors begin with `repos` or `tokens`. */
const fileSchema = strictObject({ repos: z.unknown(), tokens: z.optional(z.unknown()) });

function reposFromFile(path: string): ReposOnDisk {
  const { repos, tokens } = readHubFile('repos', path, readReposFile);
  // Paths are relative to the description's file, not to the working directory.
  for (const file of repos.flatMap(({ commits }) => commits.flatMap(({ files }) => files))) {
    if (file.from !== undefined) file.from = resolve(dirname(path), file.from);
  }
  return { repos, tokens };
}

/** Checks the content of a file of repos. @throws InvalidInput, naming each wrong value by its path */
export function readReposFile(data: unknown): ReposOnDisk {
  const given = readHubInput(fileSchema, Array.isArray(data) ? { repos: data } : withoutSchemaLine(data), 'file');
  return {
    repos: readHubInput(z.array(repoSchema), withoutSchemaLines(given.repos), 'repos'),
    tokens: readHubInput(z.array(tokenSchema), given.tokens ?? [], 'tokens'),
  };
}

function withoutSchemaLines(repos: unknown): unknown {
  return Array.isArray(repos) ? repos.map(withoutSchemaLine) : repos;
}

function reposFromFolder(root: string): ReposOnDisk {
  const repos = folders(root).flatMap((owner) =>
    folders(join(root, owner)).map((name): RepoDescription => {
      const folder = join(root, owner, name);
      const files = filesUnder(folder, '');
      const commits = [{ title: 'Found on disk', files }];
      return readRepo({ id: `${owner}/${name}`, tags: tagsFor(files), commits }, folder);
    }),
  );
  if (repos.length === 0) {
    throw new InvalidInput(
      root,
      `Cannot find repos in ${root}: expected folders owner/name/files…, as in models/me/my-model-GGUF/x.gguf, found none.`,
    );
  }
  return { repos, tokens: [] };
}

function filesUnder(folder: string, prefix: string, above: readonly string[] = []): FileDescription[] {
  const place = realpathSync(join(folder, prefix));
  // A link to a folder that contains this one would recurse without end.
  if (above.includes(place)) return [];
  return readdirSync(place).flatMap((name): FileDescription[] => {
    const path = prefix === '' ? name : `${prefix}/${name}`;
    const from = join(folder, path);
    const entry = statOf(from);
    if (entry?.isFile()) return [{ path, from }];
    return entry?.isDirectory() && !name.startsWith('.') ? filesUnder(folder, path, [...above, place]) : [];
  });
}

function folders(path: string): string[] {
  return readdirSync(path).filter((name) => !name.startsWith('.') && statOf(join(path, name))?.isDirectory());
}

/** `undefined` for a link to nothing, or to itself. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (error) {
    if (['ENOENT', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

function tagsFor(files: readonly FileDescription[]): string[] {
  const formats = ['gguf', 'safetensors'].filter((format) => files.some((file) => file.path.endsWith(`.${format}`)));
  return formats;
}
