import { createHash } from 'node:crypto';
import type { Digests } from '../content/digests.js';
import type { HubFile } from '../repos/file.js';
import type { Commit, Repo } from '../repos/repo-store.js';
import { encodePath } from '../wire/call.js';
import { jsonReply, type Reply } from '../wire/reply.js';
import { gitIdentityOf } from './git-oids.js';
import { problemReply } from './problems.js';
import type { RepoInquiry, OriginContext } from './context.js';

/** A file, or a folder with its path. */
export type TreeNode = HubFile | { path: string; folder: true };

/** The page size with `expand`, for which the real hub has shorter pages. */
const EXPANDED_PAGE_SIZE = 100;

/** Answers `GET /api/models/{id}/tree/{rev}/{path}`, with `recursive`, `expand`, `limit` and `cursor`. */
export async function tree(context: OriginContext, inquiry: RepoInquiry): Promise<Reply> {
  const { call, repo, commit, revision, path } = inquiry;
  const isTrue = (name: string): boolean => ['true', '1', 'True'].includes(call.query.get(name) ?? '');
  const nodes = nodesUnder(commit, path, isTrue('recursive'));
  if (nodes === undefined) return problemReply({ type: 'no entry', path, revision });

  const expand = isTrue('expand');
  const most = expand ? Math.min(EXPANDED_PAGE_SIZE, context.treePageSize) : context.treePageSize;
  const limit = Math.min(most, Math.max(1, Number(call.query.get('limit')) || most));
  const first = positionAfter(nodes, call.query.get('cursor'));
  const page = nodes.slice(first, first + limit);
  const entries = await treeEntries(context, repo, commit, page, expand);
  if (!Array.isArray(entries)) return entries;

  const headers: Record<string, string> = {};
  if (first + limit < nodes.length) {
    const query = new URLSearchParams(call.query);
    query.set('limit', String(limit));
    query.set('cursor', Buffer.from(page.at(-1)!.path).toString('base64url'));
    const place = `${inquiry.origin}/api/models/${repo.description.id}/tree/${encodeURIComponent(revision)}`;
    headers.Link = `<${place}${path && `/${encodePath(path)}`}?${query.toString()}>; rel="next"`;
  }
  return jsonReply(entries, 200, headers);
}

/** Formats entries for tree and paths-info, or returns the answer that says to retry when digests are known. */
export async function treeEntries(
  context: OriginContext,
  repo: Repo,
  commit: Commit,
  nodes: readonly TreeNode[],
  expand: boolean,
): Promise<Record<string, unknown>[] | Reply> {
  const large = nodes.flatMap((node) => ('folder' in node || node.storage === 'git' ? [] : [node.source]));
  const wait = await context.digests.prepare(large);
  if (wait !== undefined) return problemReply({ type: 'digest pending', ms: wait });
  return Promise.all(
    nodes.map((node) => entryOf(node, context.digests, expand ? lastCommit(repo, commit, node) : undefined)),
  );
}

async function entryOf(node: TreeNode, digests: Digests, last: Commit | undefined): Promise<Record<string, unknown>> {
  const history = last && {
    lastCommit: { id: last.sha, title: last.title, date: new Date(last.date).toISOString() },
  };
  if ('folder' in node) {
    const oid = createHash('sha1').update(`tree ${node.path}`).digest('hex');
    return { type: 'directory', oid, size: 0, path: node.path, ...history };
  }
  const { oid, lfs } = await gitIdentityOf(node, digests);
  return {
    type: 'file',
    oid,
    size: node.size,
    ...(lfs && { lfs: { oid: lfs.sha256, size: node.size, pointerSize: lfs.pointer.length } }),
    ...(node.storage === 'xet' && { xetHash: node.xetHash }),
    path: node.path,
    ...history,
    // huggingface_hub for Python reads both scans without checking that they exist.
    ...(history && { securityFileStatus: { status: 'safe', avScan: null, pickleImportScan: null } }),
  };
}

/** Lists files and folders below `folder`, in the order of their paths; `undefined` if there is no such folder. */
function nodesUnder({ files }: Commit, folder: string, recursive: boolean): TreeNode[] | undefined {
  const prefix = folder === '' ? '' : `${folder}/`;
  const nodes = new Map<string, TreeNode>();
  for (const file of files.values()) {
    if (!file.path.startsWith(prefix)) continue;
    const parts = file.path.slice(prefix.length).split('/');
    const depth = recursive ? parts.length - 1 : Math.min(1, parts.length - 1);
    for (let part = 1; part <= depth; part++) {
      const path = prefix + parts.slice(0, part).join('/');
      nodes.set(path, { path, folder: true });
    }
    if (recursive || parts.length === 1) nodes.set(file.path, file);
  }
  return nodes.size === 0 && folder !== '' ? undefined : [...nodes.values()];
}

function positionAfter(nodes: readonly TreeNode[], cursor: string | null): number {
  if (cursor === null) return 0;
  const path = Buffer.from(cursor, 'base64url').toString();
  // An unknown cursor gives an empty page, not the first one: otherwise a client could loop forever.
  const index = nodes.findIndex((node) => node.path === path);
  return index < 0 ? nodes.length : index + 1;
}

function lastCommit(repo: Repo, commit: Commit, node: TreeNode): Commit {
  if ('folder' in node) return commit;
  const until = repo.commits.slice(0, repo.commits.indexOf(commit) + 1);
  return until.find(({ files }) => files.get(node.path)?.objectKey === node.objectKey) ?? commit;
}
