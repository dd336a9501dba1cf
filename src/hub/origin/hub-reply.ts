/* Decides which requests are answered, in the same order as the real hub, and passes them to their routes. */
import { commitAt } from '../repos/repo-store.js';
import { jsonReply, redirectReply, textReply, type Reply } from '../wire/reply.js';
import type { HubCall } from '../wire/call.js';
import type { Caller } from './access.js';
import { hubCors, preflightReply } from './cors.js';
import { commits, refs } from './history.js';
import { modelInfo } from './model-info.js';
import { pathsInfo } from './paths-info.js';
import { problemReply } from './problems.js';
import { raw, resolve, resolveCache } from './resolve.js';
import type { HubRoute } from './router.js';
import { search } from './search.js';
import { tree } from './tree.js';
import type { Inquiry, RepoInquiry, OriginContext } from './context.js';

const FRONT_PAGE = `This is not Hugging Face: it is a modeldock hub, to test downloaders.

  /api/models      the repos that it serves
  /__hub           its control API: faults, journal and more
`;

/** Answers for the hub. */
export async function hubReply(context: OriginContext, route: HubRoute, inquiry: Inquiry): Promise<Reply> {
  const { call } = inquiry;
  const reply =
    call.method === 'OPTIONS' ? preflightReply(call, 'GET, HEAD, POST') : await counted(context, route, inquiry);
  return { ...reply, headers: { ...hubCors(call), ...reply.headers } };
}

async function counted(context: OriginContext, route: HubRoute, inquiry: Inquiry): Promise<Reply> {
  const { call, caller } = inquiry;
  if (call.method !== route.methods && !(call.method === 'HEAD' && route.methods === 'GET')) {
    return problemReply({ type: 'bad method', allowed: route.methods === 'GET' ? 'GET, HEAD' : route.methods });
  }
  const who = typeof caller === 'string' ? caller : `user ${caller.user}`;
  const quota = context.limits.count(resolves(route) ? 'resolvers' : 'api', who);
  const reply = quota.exceeded
    ? problemReply({ type: 'too many', seconds: quota.secondsToReset })
    : await admitted(context, route, inquiry);
  return { ...reply, headers: { ...quota.headers, ...reply.headers } };
}

function resolves({ name }: HubRoute): boolean {
  return name === 'resolve' || name === 'raw' || name === 'resolve-cache';
}

async function admitted(context: OriginContext, route: HubRoute, inquiry: Inquiry): Promise<Reply> {
  const { call, caller } = inquiry;
  if (caller === 'bad token') return problemReply({ type: 'bad token' });
  if (route.name === 'whoami') return whoAmI(caller);
  if (route.name === 'search') return search(context, inquiry);
  if (route.repo === undefined) {
    return call.segments.length === 1 && call.segments[0] === ''
      ? textReply(200, FRONT_PAGE)
      : problemReply({ type: 'no route' });
  }

  return admittedToRepo(context, { ...route, repo: route.repo }, inquiry);
}

async function admittedToRepo(
  context: OriginContext,
  route: HubRoute & { repo: string },
  inquiry: Inquiry,
): Promise<Reply> {
  const { call, caller } = inquiry;
  const renamed = context.repoStore.renamed(route.repo);
  if (renamed !== undefined) return redirectReply(307, targetElsewhere(call, route.repo, renamed));
  const repo = context.repoStore.get(route.repo);
  const mayDownload = repo !== undefined && context.access.mayDownload(caller, repo.description);
  if (repo === undefined || (repo.description.private && !mayDownload)) {
    return problemReply({ type: caller === 'anonymous' ? 'anonymous' : 'no repo' });
  }
  const { id } = repo.description;
  if (id !== route.repo && resolves(route)) return redirectReply(307, targetElsewhere(call, route.repo, id));
  if (repo.description.disabled) return problemReply({ type: 'disabled' });
  if (route.name === 'ask-access') return askAccess(context, inquiry, id);
  if ((resolves(route) || route.name === 'auth-check') && !mayDownload) {
    return problemReply({ type: 'gated', repo: route.repo, signedIn: caller !== 'anonymous' });
  }
  const revision = route.revision ?? 'main';
  const commit = commitAt(repo, revision);
  if (commit === undefined) return problemReply({ type: 'no revision', revision });
  return answered(context, route, { ...inquiry, repo, revision, commit, path: route.path ?? '' });
}

async function answered(context: OriginContext, route: HubRoute, inquiry: RepoInquiry): Promise<Reply> {
  switch (route.name) {
    case 'info':
      return modelInfo(context, inquiry);
    case 'tree':
      return tree(context, inquiry);
    case 'paths-info':
      return pathsInfo(context, inquiry);
    case 'auth-check':
      return textReply(200, 'OK');
    case 'refs':
      return refs(inquiry);
    case 'commits':
      return commits(inquiry);
    case 'resolve':
      return resolve(context, inquiry);
    case 'resolve-cache':
      return resolveCache(context, inquiry);
    case 'raw':
      return raw(context, inquiry);
    case 'xet-token': {
      const error =
        'This hub serves Xet files over plain HTTP only: set HF_HUB_DISABLE_XET=1 for clients that insist on Xet.';
      return jsonReply({ error }, 404, { 'X-Error-Message': error });
    }
    default:
      return problemReply({ type: 'no route' });
  }
}

function whoAmI(caller: Exclude<Caller, 'bad token'>): Reply {
  if (caller === 'anonymous') return problemReply({ type: 'anonymous' });
  const accessToken = { displayName: caller.user, role: 'read', createdAt: '2025-01-06T09:00:00.000Z' };
  const { user } = caller;
  return jsonReply({
    type: 'user',
    id: user,
    name: user,
    fullname: user,
    orgs: [],
    auth: { type: 'access_token', accessToken },
  });
}

/**
 * Builds the same request for another repo. The former name is searched segment by segment, because it may be escaped.
 */
function targetElsewhere({ segments, target }: HubCall, repo: string, renamed: string): string {
  const place = segments.findIndex((owner, index) => `${owner}/${segments[index + 1] ?? ''}` === repo);
  const path = [...segments.slice(0, place), ...renamed.split('/'), ...segments.slice(place + 2)];
  const question = target.indexOf('?');
  return `/${path.map(encodeURIComponent).join('/')}${question < 0 ? '' : target.slice(question)}`;
}

/** Approves an automatic request at once; a manual one waits for `POST /__hub/access`. */
function askAccess(context: OriginContext, { caller }: Inquiry, repo: string): Reply {
  if (typeof caller === 'string') return problemReply({ type: 'anonymous' });
  const { gated } = context.repoStore.get(repo)!.description;
  if (gated === 'auto') context.access.grant(caller.user, repo);
  return jsonReply({ repo, status: gated === 'manual' ? 'pending' : 'accepted' });
}
