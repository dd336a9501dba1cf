import type { HubRouteName } from '../faults/hub-fault.js';
import type { HubCall } from '../wire/call.js';

/** The purpose of a request to the hub. */
export interface HubRoute {
  name: HubRouteName;
  /** The allowed methods; GET includes HEAD. */
  methods: 'GET' | 'POST';
  repo?: string;
  revision?: string;
  /** The path in the repo: a file, or a folder of the tree; empty for its root. */
  path?: string;
}

/** Finds the route of a request to the hub. */
export function routeOf({ method, segments }: HubCall): HubRoute {
  // Neither faults nor the journal may count a preflight as the request that follows it.
  if (method === 'OPTIONS') return { name: 'other', methods: 'GET' };
  const [first, second, ...rest] = segments;
  if (first === 'api') {
    if (second === 'models') return modelsRoute(rest);
    if (second === 'whoami-v2') return { name: 'whoami', methods: 'GET' };
    if (second === 'resolve-cache' && rest[0] === 'models') {
      const [, owner, name, revision, ...path] = rest;
      return filed('resolve-cache', owner, name, revision, path);
    }
    return { name: 'other', methods: 'GET' };
  }
  const [verb, revision, ...path] = rest;
  if (verb === 'resolve' || verb === 'raw') return filed(verb, first, second, revision, path);
  if (verb === 'ask-access' && rest.length === 1)
    return { name: 'ask-access', methods: 'POST', repo: `${first!}/${second!}` };
  return { name: 'other', methods: 'GET' };
}

function modelsRoute([owner, name, verb, revision, ...path]: string[]): HubRoute {
  if (owner === undefined) return { name: 'search', methods: 'GET' };
  if (name === undefined) return { name: 'other', methods: 'GET' };
  const repo = `${owner}/${name}`;
  if (verb === undefined) return { name: 'info', methods: 'GET', repo };
  if ((verb === 'refs' || verb === 'auth-check') && revision === undefined) return { name: verb, methods: 'GET', repo };
  if (revision === undefined || revision === '') return { name: 'other', methods: 'GET' };
  switch (verb) {
    case 'revision':
      return { name: 'info', methods: 'GET', repo, revision: [revision, ...path].join('/') };
    case 'tree':
      return { name: 'tree', methods: 'GET', repo, revision, path: path.join('/') };
    case 'paths-info':
      return { name: 'paths-info', methods: 'POST', repo, revision };
    case 'commits':
      return { name: 'commits', methods: 'GET', repo, revision };
    case 'xet-read-token':
      return { name: 'xet-token', methods: 'GET', repo, revision };
    default:
      return { name: 'other', methods: 'GET' };
  }
}

function filed(
  name: 'resolve' | 'raw' | 'resolve-cache',
  owner: string | undefined,
  repo: string | undefined,
  revision: string | undefined,
  path: string[],
): HubRoute {
  if (!owner || !repo || !revision || path.length === 0) return { name: 'other', methods: 'GET' };
  return { name, methods: 'GET', repo: `${owner}/${repo}`, revision, path: path.join('/') };
}
