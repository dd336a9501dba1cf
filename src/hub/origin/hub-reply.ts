/*
 * Who may ask what, in the order in which the real hub decides it, and then who answers.
 */
import { commitAt } from '../repos/shelf.js';
import { jsonReply, redirectReply, textReply, type Reply } from '../wire/reply.js';
import type { Caller } from './access.js';
import { commits, refs } from './history.js';
import { modelInfo } from './model-info.js';
import { pathsInfo } from './paths-info.js';
import { problemReply } from './problems.js';
import { raw, resolve, resolveCache } from './resolve.js';
import type { Route } from './router.js';
import { search } from './search.js';
import { tree } from './tree.js';
import type { Inquiry, RepoInquiry, World } from './world.js';

const FRONT_PAGE = `This is not Hugging Face: it is a modeldock hub, to test downloaders against.

  /api/models      the repos it serves
  /__hub           its faults, its journal, and what else an operator may do
`;

/** Answers for the hub. */
export async function hubReply(world: World, route: Route, inquiry: Inquiry): Promise<Reply> {
  const { call, caller } = inquiry;
  if (call.method !== route.methods && !(call.method === 'HEAD' && route.methods === 'GET')) {
    return problemReply({ type: 'bad method', allowed: route.methods === 'GET' ? 'GET, HEAD' : route.methods });
  }
  const resolving = route.name === 'resolve' || route.name === 'raw' || route.name === 'resolve-cache';
  const who = typeof caller === 'string' ? caller : `user ${caller.user}`;
  const quota = world.limits.count(resolving ? 'resolvers' : 'api', who);
  const reply = quota.exceeded
    ? problemReply({ type: 'too many', seconds: quota.secondsToReset })
    : await admitted(world, route, inquiry);
  return { ...reply, headers: { ...quota.headers, ...reply.headers } };
}

async function admitted(world: World, route: Route, inquiry: Inquiry): Promise<Reply> {
  const { call, caller } = inquiry;
  if (caller === 'bad token') return problemReply({ type: 'bad token' });
  if (route.name === 'whoami') return whoAmI(caller);
  if (route.name === 'search') return search(world, inquiry);
  if (route.repo === undefined) {
    return call.segments.length === 1 && call.segments[0] === ''
      ? textReply(200, FRONT_PAGE)
      : problemReply({ type: 'no route' });
  }

  const renamed = world.shelf.renamed(route.repo);
  if (renamed !== undefined) return redirectReply(307, call.target.replace(route.repo, renamed));
  const repo = world.shelf.get(route.repo);
  const mayDownload = repo !== undefined && world.access.mayDownload(caller, repo.description);
  if (repo === undefined || (repo.description.private && !mayDownload)) {
    return problemReply({ type: caller === 'anonymous' ? 'anonymous' : 'no repo' });
  }
  if (repo.description.disabled) return problemReply({ type: 'disabled' });
  if (route.name === 'ask-access') return askAccess(world, inquiry, route.repo);
  const downloads = route.name === 'resolve' || route.name === 'raw' || route.name === 'resolve-cache';
  if (downloads && !mayDownload) {
    return problemReply({ type: 'gated', repo: route.repo, signedIn: caller !== 'anonymous' });
  }
  const revision = route.revision ?? 'main';
  const commit = commitAt(repo, revision);
  if (commit === undefined) return problemReply({ type: 'no revision', revision });
  return answered(world, route, { ...inquiry, repo, revision, commit, path: route.path ?? '' });
}

async function answered(world: World, route: Route, inquiry: RepoInquiry): Promise<Reply> {
  switch (route.name) {
    case 'info':
      return modelInfo(world, inquiry);
    case 'tree':
      return tree(world, inquiry);
    case 'paths-info':
      return pathsInfo(world, inquiry);
    case 'refs':
      return refs(inquiry);
    case 'commits':
      return commits(inquiry);
    case 'resolve':
      return resolve(world, inquiry);
    case 'resolve-cache':
      return resolveCache(world, inquiry);
    case 'raw':
      return raw(world, inquiry);
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

/** Automatic approval needs nobody; a manual one waits for an operator (`POST /__hub/access`). */
function askAccess(world: World, { caller }: Inquiry, repo: string): Reply {
  if (typeof caller === 'string') return problemReply({ type: 'anonymous' });
  const { gated } = world.shelf.get(repo)!.description;
  if (gated === 'auto') world.access.grant(caller.user, repo);
  return jsonReply({ repo, status: gated === 'manual' ? 'pending' : 'accepted' });
}
