import type { FaultEffect } from './fault-schema.js';

/** How clients reach the api: called in process, through MSW in Node or in a page, or over HTTP. */
export type FaultTransport = 'function' | 'msw-node' | 'msw-browser' | 'http';

/** What a client sees of an effect, or why there is nothing it could see. */
export type FaultSupport = { works: true; as: string } | { works: false; because: string };

type EffectType = FaultEffect['type'];

const works = (as: string): FaultSupport => ({ works: true, as });
const everywhere = (as: string): Record<FaultTransport, FaultSupport> => ({
  function: works(as),
  'msw-node': works(as),
  'msw-browser': works(as),
  http: works(as),
});

const rejected = 'the fetch rejects with a TypeError';

/** Every effect on every way to the api. */
export const faultSupport: Readonly<Record<EffectType, Readonly<Record<FaultTransport, FaultSupport>>>> = {
  latency: everywhere('the answer comes later'),
  status: everywhere('another answer'),
  'network-error': {
    function: works(rejected),
    'msw-node': works(rejected),
    'msw-browser': works(`${rejected}; a page cannot tell a reset from a server that is not there`),
    http: works('the connection is reset'),
  },
  hang: {
    function: works('no answer, until the request is aborted'),
    'msw-node': works('no answer, until the request is aborted'),
    'msw-browser': works(
      'no answer; a worker does not hear that the page has left, so it waits until the fault is removed or the session reset',
    ),
    http: works('no answer, until the client closes the connection'),
  },
  truncated: {
    function: works('reading the body fails after so many bytes'),
    'msw-node': works('reading the body fails after so many bytes'),
    'msw-browser': works('reading the body fails after so many bytes'),
    http: works('the connection closes before the announced Content-Length has arrived'),
  },
  'malformed-json': everywhere('a body whose JSON does not parse'),
  'slow-body': everywhere('the body arrives bit by bit'),
  'content-type': everywhere('the body under another type'),
  stale: everywhere('an answer from the past'),
};

/** Why an effect cannot be had; undefined where it can. */
export function refusalOf(
  { type }: FaultEffect,
  { transport, knowsThePast }: { transport: FaultTransport | undefined; knowsThePast: boolean },
): string | undefined {
  if (type === 'stale' && !knowsThePast) {
    return 'this engine cannot tell what it would have answered some time ago, only a simulation can';
  }
  const support = transport && faultSupport[type][transport];
  return support?.works === false ? support.because : undefined;
}
