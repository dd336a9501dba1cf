import type { Repo } from '../repos/shelf.js';
import { commitAt } from '../repos/shelf.js';
import { jsonReply, type Reply } from '../wire/reply.js';
import { without } from '../without.js';
import { describe, expanded } from './model-info.js';
import type { Inquiry, World } from './world.js';

const DEFAULT_LIMIT = 1000;

/** `GET /api/models?search=&author=&filter=&limit=&cursor=`: private repos only for those who may read them. */
export function search(world: World, { call: { query }, caller, origin }: Inquiry): Reply {
  const words = (query.get('search') ?? '').toLowerCase();
  const author = query.get('author');
  const filters = query.getAll('filter').flatMap((filter) => filter.split(','));
  const matches = world.shelf.list().filter(({ description: repo }) => {
    const visible = !repo.private || world.access.mayDownload(caller, repo);
    const owned = author === null || repo.id.startsWith(`${author}/`);
    const task = query.get('pipeline_tag');
    return (
      visible &&
      owned &&
      repo.id.toLowerCase().includes(words) &&
      (task === null || repo.pipelineTag === task) &&
      filters.every((tag) => repo.tags?.includes(tag))
    );
  });
  const limit = Math.min(DEFAULT_LIMIT, Math.max(1, Number(query.get('limit')) || DEFAULT_LIMIT));
  const first = Math.max(0, Number(query.get('cursor')) || 0);
  const headers: Record<string, string> = {};
  if (first + limit < matches.length) {
    const next = new URLSearchParams(query);
    next.set('cursor', String(first + limit));
    headers.Link = `<${origin}/api/models?${next.toString()}>; rel="next"`;
  }
  return jsonReply(
    matches.slice(first, first + limit).map((repo) => summary(repo, query)),
    200,
    headers,
  );
}

function summary(repo: Repo, query: URLSearchParams): Record<string, unknown> {
  const info = describe(repo, commitAt(repo, 'main') ?? repo.commits.at(-1)!);
  if (query.has('expand') || query.has('expand[]') || query.get('full') === 'true') return expanded(info, query);
  return without(info, 'siblings', 'sha', 'usedStorage');
}
