import { jsonReply, type Reply } from '../wire/reply.js';
import { problemReply } from './problems.js';
import { treeEntries, type TreeNode } from './tree.js';
import type { RepoInquiry, OriginContext } from './context.js';

/**
 * Answers `POST /api/models/{id}/paths-info/{rev}`, with JSON or a form for a body. Unknown paths are left out of the
 * answer.
 */
export async function pathsInfo(context: OriginContext, { call, body, repo, commit }: RepoInquiry): Promise<Reply> {
  const asked = call.headers['content-type']?.includes('json') ? fromJson(body) : fromForm(body);
  if (asked === undefined) return problemReply({ type: 'bad request', message: '"paths" must be a list of texts' });
  const nodes = asked.paths.flatMap((path): TreeNode[] => {
    const file = commit.files.get(path);
    if (file !== undefined) return [file];
    const isFolder = [...commit.files.keys()].some((other) => other.startsWith(`${path}/`));
    return isFolder ? [{ path, folder: true }] : [];
  });
  const entries = await treeEntries(context, repo, commit, nodes, asked.expand);
  return Array.isArray(entries) ? jsonReply(entries) : entries;
}

interface Asked {
  paths: string[];
  expand: boolean;
}

function fromJson(body: string): Asked | undefined {
  try {
    const { paths, expand } = JSON.parse(body) as { paths?: unknown; expand?: unknown };
    const list = typeof paths === 'string' ? [paths] : paths;
    if (!Array.isArray(list) || !list.every((path) => typeof path === 'string')) return undefined;
    return { paths: list, expand: expand === true };
  } catch {
    return undefined;
  }
}

function fromForm(body: string): Asked {
  const form = new URLSearchParams(body);
  return { paths: form.getAll('paths'), expand: /^true$/i.test(form.get('expand') ?? '') };
}
