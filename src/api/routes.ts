import type { Route } from './call.js';

/** LM Studio's documented routes, by the names that people use for them. */
export const routes = {
  download: 'POST /api/v1/models/download',
  status: 'GET /api/v1/models/download/status/:job_id',
  models: 'GET /api/v1/models',
  load: 'POST /api/v1/models/load',
  unload: 'POST /api/v1/models/unload',
  'openai-models': 'GET /v1/models',
  greeting: 'GET /lmstudio-greeting',
} as const;

export type RouteName = keyof typeof routes;
export type DocumentedRoute = (typeof routes)[RouteName];

export interface RouteMatch {
  name: RouteName;
  route: DocumentedRoute;
  /** Only of the route that has one. */
  jobId?: string;
}

const DOWNLOADS = '/api/v1/models/download';
const STATUS = `${DOWNLOADS}/status/`;

/** The routes without a parameter. */
const matches = new Map<string, RouteMatch>(
  (Object.entries(routes) as [RouteName, DocumentedRoute][])
    .filter(([, route]) => !route.includes(':'))
    .map(([name, route]) => [route, { name, route }]),
);
const paths = new Set([...matches.keys()].map((route) => route.slice(route.indexOf(' ') + 1)));

/** The documented route that a call takes. HEAD is GET without a body. */
export function matchRoute({ method, path }: Route): RouteMatch | undefined {
  const verb = method === 'HEAD' ? 'GET' : method;
  const plain = plainPath(path);
  // Polls are most of all calls: no key is made and hashed for them.
  if (!plain.startsWith(STATUS)) return matches.get(`${verb} ${plain}`);
  const jobId = verb === 'GET' ? jobIdFrom(path) : '';
  return jobId === '' ? undefined : { name: 'status', route: routes.status, jobId };
}

/** Whether a path is documented, with any method, or below the downloads. */
export function isDocumentedPath(path: string): boolean {
  const plain = plainPath(path);
  return paths.has(plain) || plain === DOWNLOADS || plain.startsWith(`${DOWNLOADS}/`);
}

/** Whether a path is under LM Studio's own API, where what no route knows is a 404. */
export function isUnderApi(path: string): boolean {
  return /^\/api\/v1(\/|$)/.test(plainPath(path));
}

/** Without regard to case, and without one trailing slash. */
export function plainPath(path: string): string {
  const lower = path.toLowerCase();
  return lower.length > 1 && lower.endsWith('/') ? lower.slice(0, -1) : lower;
}

/** The rest of a status path; empty when it is not one segment. */
function jobIdFrom(path: string): string {
  const segment = path.slice(STATUS.length, path.endsWith('/') ? -1 : undefined);
  if (segment.includes('/')) return '';
  try {
    return segment.includes('%') ? decodeURIComponent(segment) : segment;
  } catch {
    // A broken escape names no job; it is quoted back as it came.
    return segment;
  }
}
