import { createHash } from 'node:crypto';
import type { Commit, Repo } from '../repos/repo-store.js';
import { jsonReply, type Reply } from '../wire/reply.js';
import { gitIdentityOf } from './git-oids.js';
import { problemReply } from './problems.js';
import type { RepoInquiry, OriginContext } from './context.js';

/**
 * Answers `GET /api/models/{id}` and `…/revision/{rev}`, with `?blobs=true` for sizes and digests, `?expand=` for a
 * selection of fields.
 */
export async function modelInfo(context: OriginContext, { call, repo, commit }: RepoInquiry): Promise<Reply> {
  const info = describe(repo, commit);
  if (call.query.get('blobs') !== 'true' && call.query.get('blobs') !== '1')
    return jsonReply(expanded(info, call.query));
  const files = [...commit.files.values()];
  const large = files.filter((file) => file.storage !== 'git').map((file) => file.source);
  const wait = await context.digests.prepare(large);
  if (wait !== undefined) return problemReply({ type: 'digest pending', ms: wait });
  const siblings = await Promise.all(
    files.map(async (file) => {
      const { oid, lfs } = await gitIdentityOf(file, context.digests);
      return {
        rfilename: file.path,
        size: file.size,
        blobId: oid,
        ...(lfs && { lfs: { sha256: lfs.sha256, size: file.size, pointerSize: lfs.pointer.length } }),
      };
    }),
  );
  return jsonReply(expanded({ ...info, siblings }, call.query));
}

/** Describes a repo at a commit, with all fields. */
export function describe({ description }: Repo, commit: Commit): Record<string, unknown> {
  const { id, libraryName } = description;
  const files = [...commit.files.values()];
  return {
    _id: createHash('sha1').update(id).digest('hex').slice(0, 24),
    id,
    modelId: id,
    author: id.slice(0, id.indexOf('/')),
    sha: commit.sha,
    private: description.private ?? false,
    gated: description.gated ?? false,
    disabled: description.disabled ?? false,
    pipeline_tag: description.pipelineTag,
    library_name: libraryName,
    tags: description.tags ?? [],
    downloads: description.downloads ?? 0,
    likes: description.likes ?? 0,
    lastModified: new Date(commit.date).toISOString(),
    createdAt: new Date(commit.date).toISOString(),
    usedStorage: files.reduce((sum, file) => sum + file.size, 0),
    siblings: files.map(({ path }) => ({ rfilename: path })),
  };
}

/** Returns only the fields that `expand` names, and the ids. */
export function expanded(info: Record<string, unknown>, query: URLSearchParams): Record<string, unknown> {
  const wanted = [...query.getAll('expand'), ...query.getAll('expand[]')];
  if (wanted.length === 0) return info;
  return Object.fromEntries(
    Object.entries(info).filter(([key]) => key === '_id' || key === 'id' || wanted.includes(key)),
  );
}
