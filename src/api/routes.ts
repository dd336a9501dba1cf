import type { Route } from './call.js';

/** A route of LM Studio, by the name that people use for it. */
export type RouteName =
  | 'download'
  | 'status'
  | 'models'
  | 'load'
  | 'unload'
  | 'openai-models'
  | 'greeting'
  | 'legacy-models'
  | 'legacy-model'
  | 'chat-completions'
  | 'completions'
  | 'responses'
  | 'embeddings'
  | 'messages'
  | 'chat'
  | 'legacy-chat-completions'
  | 'legacy-completions'
  | 'legacy-embeddings';

/** A route of LM Studio, as it is documented: method and path. */
export type DocumentedRoute =
  | 'POST /api/v1/models/download'
  | 'GET /api/v1/models/download/status/:job_id'
  | 'GET /api/v1/models'
  | 'POST /api/v1/models/load'
  | 'POST /api/v1/models/unload'
  | 'GET /v1/models'
  | 'GET /lmstudio-greeting'
  | 'GET /api/v0/models'
  | 'GET /api/v0/models/:model'
  | 'POST /v1/chat/completions'
  | 'POST /v1/completions'
  | 'POST /v1/responses'
  | 'POST /v1/embeddings'
  | 'POST /v1/messages'
  | 'POST /api/v1/chat'
  | 'POST /api/v0/chat/completions'
  | 'POST /api/v0/completions'
  | 'POST /api/v0/embeddings';

/** LM Studio's documented routes. */
export const routes = {
  download: 'POST /api/v1/models/download',
  status: 'GET /api/v1/models/download/status/:job_id',
  models: 'GET /api/v1/models',
  load: 'POST /api/v1/models/load',
  unload: 'POST /api/v1/models/unload',
  'openai-models': 'GET /v1/models',
  greeting: 'GET /lmstudio-greeting',
  'legacy-models': 'GET /api/v0/models',
  'legacy-model': 'GET /api/v0/models/:model',
  'chat-completions': 'POST /v1/chat/completions',
  completions: 'POST /v1/completions',
  responses: 'POST /v1/responses',
  embeddings: 'POST /v1/embeddings',
  messages: 'POST /v1/messages',
  chat: 'POST /api/v1/chat',
  'legacy-chat-completions': 'POST /api/v0/chat/completions',
  'legacy-completions': 'POST /api/v0/completions',
  'legacy-embeddings': 'POST /api/v0/embeddings',
} as const satisfies Record<RouteName, DocumentedRoute>;

/** The routes that run a model. modeldock has no model runtime: it forwards these calls, or answers canned texts. */
export type InferenceRouteName = Exclude<
  { [Name in RouteName]: (typeof routes)[Name] extends `POST ${string}` ? Name : never }[RouteName],
  'download' | 'load' | 'unload'
>;

export interface RouteMatch {
  name: RouteName;
  route: DocumentedRoute;
  /** Only on routes with a job id. */
  jobId?: string;
  /** Only on routes with a model key. */
  modelKey?: string;
}

export function isInference(name: RouteName): name is InferenceRouteName {
  return routes[name].startsWith('POST') && name !== 'download' && name !== 'load' && name !== 'unload';
}

const DOWNLOADS = '/api/v1/models/download';
const STATUS = `${DOWNLOADS}/status/`;
const LEGACY_MODEL = '/api/v0/models/';
const GREETING = '/lmstudio-greeting';

/** The routes without a parameter. */
const matches = new Map<string, RouteMatch>(
  (Object.entries(routes) as [RouteName, DocumentedRoute][])
    .filter(([, route]) => !route.includes(':'))
    .map(([name, route]) => [route, { name, route }]),
);
const pathOf = (route: string): string => route.slice(route.indexOf(' ') + 1);
const inferencePaths: ReadonlySet<string> = new Set(
  (Object.keys(routes) as RouteName[]).filter(isInference).map((name) => pathOf(routes[name])),
);
const paths = new Set([...matches.keys()].map(pathOf).filter((path) => !inferencePaths.has(path)));

/** Finds the documented route of a call. HEAD is treated as GET without a body. */
export function matchRoute({ method, path }: Route): RouteMatch | undefined {
  const verb = method === 'HEAD' ? 'GET' : method;
  const plain = plainPath(path);
  // Polls are by far the most frequent calls, so they skip the lookup by a composed key.
  if (plain.startsWith(STATUS)) {
    const jobId = verb === 'GET' ? jobIdFrom(path) : '';
    return jobId === '' ? undefined : { name: 'status', route: routes.status, jobId };
  }
  const match = matches.get(`${verb} ${plain}`);
  if (match || verb !== 'GET' || !plain.startsWith(LEGACY_MODEL)) return match;
  // Keys of catalog models contain a slash.
  const modelKey = decode(path.slice(LEGACY_MODEL.length).replace(/\/$/, ''));
  return modelKey === '' ? undefined : { name: 'legacy-model', route: routes['legacy-model'], modelKey };
}

/** Whether a path is documented, with any method, or below the downloads. Inference paths are not included. */
export function isDocumentedPath(path: string): boolean {
  const plain = plainPath(path);
  return paths.has(plain) || plain === DOWNLOADS || plain.startsWith(`${DOWNLOADS}/`) || plain.startsWith(LEGACY_MODEL);
}

/** Whether a path is one of the inference routes. */
export function isInferencePath(path: string): boolean {
  return inferencePaths.has(plainPath(path));
}

/** Whether a call is one that `lms` and the SDKs make before they have a token. */
export function isGreeting({ method, path }: Route): boolean {
  return (method === 'GET' || method === 'HEAD') && plainPath(path) === GREETING;
}

/** Whether a path is under LM Studio's own API, where an unknown route is a 404. */
export function isUnderApi(path: string): boolean {
  return /^\/api\/v1(\/|$)/.test(plainPath(path));
}

/** Normalises a path: lower-case, and without one trailing slash. */
export function plainPath(path: string): string {
  const lower = path.toLowerCase();
  return lower.length > 1 && lower.endsWith('/') ? lower.slice(0, -1) : lower;
}

/** Returns the job id of a status path; empty unless it is exactly one segment. */
function jobIdFrom(path: string): string {
  const segment = path.slice(STATUS.length, path.endsWith('/') ? -1 : undefined);
  return segment.includes('/') ? '' : decode(segment);
}

/** Decodes a path segment; one with a broken escape is returned as it came, and matches no job or model. */
function decode(text: string): string {
  try {
    return text.includes('%') ? decodeURIComponent(text) : text;
  } catch {
    return text;
  }
}
