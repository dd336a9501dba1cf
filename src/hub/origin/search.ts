import type { Repo } from '../repos/repo-store.js';
import { commitAt } from '../repos/repo-store.js';
import { jsonReply, type Reply } from '../wire/reply.js';
import { omit } from '../omit.js';
import { describe, expanded } from './model-info.js';
import type { Inquiry, OriginContext } from './context.js';

const DEFAULT_LIMIT = 1000;
/** The fields that `sort` may name; any other keeps the order. */
const SORTABLE = ['downloads', 'likes', 'lastModified', 'createdAt'];

/** Answers `GET /api/models?search=&author=&filter=&sort=&limit=&cursor=`; private repos only for users with access. */
export function search(context: OriginContext, { call: { query }, caller, origin }: Inquiry): Reply {
  // A form also sends empty fields; they count as absent.
  const asked = (name: string): string => query.get(name) ?? '';
  const words = asked('search').toLowerCase().split(/\s+/);
  const author = asked('author').toLowerCase();
  const task = asked('pipeline_tag');
  const filters = query.getAll('filter').flatMap((filter) => filter.split(',').filter((tag) => tag !== ''));
  const found = context.repoStore.list().filter(({ description: repo }) => {
    const id = repo.id.toLowerCase();
    return (
      (!repo.private || context.access.mayDownload(caller, repo)) &&
      (author === '' || id.startsWith(`${author}/`)) &&
      words.every((word) => id.includes(word)) &&
      (task === '' || repo.pipelineTag === task) &&
      filters.every((tag) => repo.tags?.includes(tag))
    );
  });
  const matches = sorted(found, asked('sort'), asked('direction') === '1' ? 1 : -1);
  const limit = Math.min(DEFAULT_LIMIT, Math.max(1, Number(query.get('limit')) || DEFAULT_LIMIT));
  const first = Math.max(0, Number(query.get('cursor')) || 0);
  const headers: Record<string, string> = {};
  if (first + limit < matches.length) {
    const next = new URLSearchParams(query);
    next.set('cursor', String(first + limit));
    headers.Link = `<${origin}/api/models?${next.toString()}>; rel="next"`;
  }
  return jsonReply(
    matches.slice(first, first + limit).map((info) => summary(info, query)),
    200,
    headers,
  );
}

/** Describes `repos`, sorted by `field` in descending order, or ascending with direction 1. */
function sorted(repos: readonly Repo[], field: string, direction: 1 | -1): Record<string, unknown>[] {
  // A repo that has lost the commit of its main branch stays in the list; one without any commit has no description.
  const matches = repos.flatMap((repo) => {
    const commit = commitAt(repo, 'main') ?? repo.commits.at(-1);
    return commit === undefined ? [] : [describe(repo, commit)];
  });
  if (!SORTABLE.includes(field)) return matches;
  const value = (info: Record<string, unknown>): number | string => info[field] as number | string;
  return matches.sort((a, b) => (value(a) === value(b) ? 0 : (value(a) < value(b) ? -1 : 1) * direction));
}

function summary(info: Record<string, unknown>, query: URLSearchParams): Record<string, unknown> {
  if (query.has('expand') || query.has('expand[]') || query.get('full') === 'true') return expanded(info, query);
  return omit(info, 'siblings', 'sha', 'usedStorage');
}
