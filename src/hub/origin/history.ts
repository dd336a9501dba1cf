import { jsonReply, type Reply } from '../wire/reply.js';
import type { RepoInquiry } from './context.js';

/** Answers `GET /api/models/{id}/refs`. */
export function refs({ repo }: RepoInquiry): Reply {
  const named = (kind: string, all: ReadonlyMap<string, string>): Record<string, string>[] =>
    [...all].map(([name, targetCommit]) => ({ name, ref: `refs/${kind}/${name}`, targetCommit }));
  return jsonReply({ branches: named('heads', repo.branches), converts: [], tags: named('tags', repo.tags) });
}

/** Answers `GET /api/models/{id}/commits/{rev}`, newest first. */
export function commits({ repo, commit }: RepoInquiry): Reply {
  const until = repo.commits.slice(0, repo.commits.indexOf(commit) + 1);
  const list = until.reverse().map(({ sha, title, date }) => ({
    id: sha,
    title,
    message: '',
    authors: [{ user: repo.description.id.split('/')[0] }],
    date: new Date(date).toISOString(),
  }));
  return jsonReply(list, 200, { 'X-Total-Count': String(list.length) });
}
