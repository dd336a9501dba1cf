import { isInference, routes, type RouteName } from '../../api/routes.js';
import type { Fault, FaultEffect, FaultSelection } from './fault.js';

/**
 * Finds mistakes in a fault that a schema cannot express: values that exclude each other, and calls that cannot exist.
 */
export function findContradictions({ when = {}, effect }: Fault): string[] {
  return [...inSelection(when), ...inEffect(effect)];
}

const ROUTES_WITH_MODEL: readonly string[] = [
  'download',
  'status',
  'load',
  'unload',
  'legacy-model',
  ...(Object.keys(routes) as RouteName[]).filter(isInference),
];

function inSelection(when: FaultSelection): string[] {
  return rules.map((rule) => rule(when)).filter((line) => line !== undefined);
}

/** Each says what is wrong about a selection, if anything is. */
const rules: readonly ((when: FaultSelection) => string | undefined)[] = [
  ({ path }) => {
    if (path === undefined || /^[/*]/.test(path)) return undefined;
    return `when.path: expected a path that begins with / or *, found ${JSON.stringify(path)}`;
  },
  ({ job, route }) => {
    if (job === undefined || canBe(route, ['status'])) return undefined;
    return `when.job: only the route "status" is about a job, and when.route is ${JSON.stringify(route)}`;
  },
  ({ model, route }) => {
    if (model === undefined || canBe(route, ROUTES_WITH_MODEL)) return undefined;
    const names = ROUTES_WITH_MODEL.map((name) => `"${name}"`).join(', ');
    return `when.model: only ${names} are about a model, and when.route is ${JSON.stringify(route)}`;
  },
  ({ nth }) => {
    const { from, to } = spanOf(nth);
    if (from === undefined || to === undefined || from <= to) return undefined;
    return `when.nth: expected "from" not to be after "to", found ${JSON.stringify(nth)}`;
  },
  ({ during }) => {
    const { from, to } = during ?? {};
    if (from === undefined || to === undefined || new Date(from).getTime() < new Date(to).getTime()) return undefined;
    return `when.during: expected "from" to be before "to", found ${JSON.stringify(during)}`;
  },
];

/** Whether a selection of routes, all of them where there is none, has one of these names. */
function canBe(route: FaultSelection['route'], names: readonly string[]): boolean {
  if (route === undefined) return true;
  return [route].flat().some((each) => {
    const name = Object.entries(routes).find(([, documented]) => documented === each)?.[0] ?? each;
    return names.includes(name);
  });
}

function spanOf(nth: FaultSelection['nth']): { from?: number | undefined; to?: number | undefined } {
  return typeof nth === 'object' && 'from' in nth ? nth : {};
}

/** RFC 9110, 5.1 and 5.5: a transport throws for any other name or value. */
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~\w]+$/;
// eslint-disable-next-line no-control-regex -- the pattern excludes control characters
const HEADER_VALUE = /^[^\0-\x08\x0a-\x1f\x7f\u0100-\uffff]*$/;
/** Headers that the transport sets: a wrong one would break the connection for other calls. */
const FRAMING = new Set([
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'upgrade',
  'trailer',
  'etag',
]);
const BODILESS = new Set([204, 205, 304]);

function inEffect(effect: FaultEffect): string[] {
  switch (effect.type) {
    case 'latency':
      return effect.distribution === 'uniform' && effect.minMs > effect.maxMs
        ? [`effect.minMs: expected at most maxMs, ${effect.maxMs}, found ${effect.minMs}`]
        : [];
    case 'status': {
      const wrong = Object.entries(effect.headers ?? {}).flatMap(([name, value]) => inHeader(name, value));
      if (effect.body !== undefined && BODILESS.has(effect.status)) {
        wrong.push(`effect.body: expected none, because an answer with status ${effect.status} has no body`);
      }
      if (!isJson(effect.body)) {
        wrong.push(`effect.body: expected text, or a value that JSON can spell, at most ${DEEPEST_BODY} levels deep`);
      }
      return wrong;
    }
    case 'content-type':
      return effect.contentType === undefined || HEADER_VALUE.test(effect.contentType)
        ? []
        : [`effect.contentType: expected text that a header can hold, found ${JSON.stringify(effect.contentType)}`];
    case 'network-error':
    case 'hang':
    case 'truncated':
    case 'malformed-json':
    case 'slow-body':
    case 'stale':
      return [];
  }
}

function inHeader(name: string, value: string): string[] {
  if (!HEADER_NAME.test(name)) return [`effect.headers: expected names of headers, found ${JSON.stringify(name)}`];
  if (!HEADER_VALUE.test(value)) {
    return [`effect.headers.${name}: expected text that a header can hold, found ${JSON.stringify(value)}`];
  }
  if (FRAMING.has(name.toLowerCase())) {
    return [`effect.headers.${name}: the transport writes this header; use the effects "truncated" or "network-error"`];
  }
  return [];
}

/** The deepest body: copying and printing recurse into each level. */
const DEEPEST_BODY = 64;

function isWithin(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((each) => isWithin(levels - 1, each));
}

function isJson(value: unknown): boolean {
  try {
    if (value === undefined) return true;
    return (JSON.stringify(value) as string | undefined) !== undefined && isWithin(DEEPEST_BODY, value);
  } catch {
    return false;
  }
}
