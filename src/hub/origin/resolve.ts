import type { HubFile } from '../repos/file.js';
import { encodePath } from '../wire/call.js';
import { fileReply } from '../wire/ranges.js';
import { redirectReply, type Reply } from '../wire/reply.js';
import { contentDisposition } from './content-disposition.js';
import { gitIdentityOf } from './git-oids.js';
import { problemReply } from './problems.js';
import type { RepoInquiry, OriginContext } from './context.js';
import { bytesContent } from '../content/content.js';

// The real hub's other answers vary by Origin only.
const VARY = 'Origin, Accept';

/** Answers `GET /{id}/resolve/{rev}/{path}`: large files by a redirect, small ones directly. */
export async function resolve(context: OriginContext, inquiry: RepoInquiry): Promise<Reply> {
  const { call, repo, commit, path, now, signatureMs, origin } = inquiry;
  const file = commit.files.get(path);
  if (file === undefined) return problemReply({ type: 'no entry', path, revision: inquiry.revision });
  const { id } = repo.description;
  if (file.storage === 'git') {
    if (context.smallFiles === 'direct') return smallFile(context, inquiry, file);
    const { oid } = await gitIdentityOf(file, context.digests);
    const asked = encodeURIComponent(call.target);
    const place = `/api/resolve-cache/models/${id}/${commit.sha}/${encodePath(path)}?${asked}=&etag=%22${oid}%22`;
    return redirectReply(307, place, { 'X-Repo-Commit': commit.sha, 'Accept-Ranges': 'bytes', Vary: VARY });
  }
  const wait = await context.digests.prepare([file.source]);
  if (wait !== undefined) return problemReply({ type: 'digest pending', ms: wait });
  const { lfs } = await gitIdentityOf(file, context.digests);
  const signed = context.signer.sign(file, now, signatureMs);
  return redirectReply(302, context.cdnUrl(call, id, path, signed), {
    'X-Repo-Commit': commit.sha,
    'Accept-Ranges': 'bytes',
    Vary: VARY,
    'X-Linked-Size': String(file.size),
    'X-Linked-Etag': `"${lfs!.sha256}"`,
    ...(file.storage === 'xet' && {
      'X-Xet-Hash': file.xetHash,
      Link:
        `<${origin}/api/models/${id}/xet-read-token/${commit.sha}>; rel="xet-auth", ` +
        `<${origin}/v1/reconstructions/${file.xetHash}>; rel="xet-reconstruction-info"`,
    }),
  });
}

/** Answers `GET /api/resolve-cache/models/{id}/{sha}/{path}` with the bytes of a small file. */
export async function resolveCache(context: OriginContext, inquiry: RepoInquiry): Promise<Reply> {
  const file = inquiry.commit.files.get(inquiry.path);
  if (file?.storage !== 'git') {
    return problemReply({ type: 'no entry', path: inquiry.path, revision: inquiry.revision });
  }
  return smallFile(context, inquiry, file);
}

/** Answers `GET /{id}/raw/{rev}/{path}` with the git blob, which for a large file is a pointer. */
export async function raw(context: OriginContext, inquiry: RepoInquiry): Promise<Reply> {
  const { call, commit, path, revision } = inquiry;
  const file = commit.files.get(path);
  if (file === undefined) return problemReply({ type: 'no entry', path, revision });
  if (file.storage === 'git') return smallFile(context, inquiry, file);
  const wait = await context.digests.prepare([file.source]);
  if (wait !== undefined) return problemReply({ type: 'digest pending', ms: wait });
  const { oid, lfs } = await gitIdentityOf(file, context.digests);
  const pointer = bytesContent(Buffer.from(lfs!.pointer));
  return fileReply(call, pointer, `"${oid}"`, {
    'Content-Type': 'text/plain; charset=utf-8',
    'X-Repo-Commit': commit.sha,
  });
}

async function smallFile(context: OriginContext, { call, commit }: RepoInquiry, file: HubFile): Promise<Reply> {
  const { oid } = await gitIdentityOf(file, context.digests);
  return fileReply(call, file.content, `"${oid}"`, {
    'Content-Type': file.path.endsWith('.json') ? 'application/json; charset=utf-8' : 'text/plain; charset=utf-8',
    'Content-Disposition': contentDisposition('inline', file.path),
    'X-Repo-Commit': commit.sha,
  });
}
