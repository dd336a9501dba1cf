import type { FaultEffect } from './fault.js';

/** How clients reach the api: by a function call in process, through MSW in Node or in a page, or over HTTP. */
export type FaultTransport = 'function' | 'msw-node' | 'msw-browser' | 'http';

export interface FaultSupport {
  /** The effect as a client observes it. */
  as: string;
  /** What a browser needs for it; without it, the fault is refused. */
  needs?: 'transferable streams';
}

type EffectType = FaultEffect['type'];

const everywhere = (as: string): Record<FaultTransport, FaultSupport> => ({
  function: { as },
  'msw-node': { as },
  'msw-browser': { as },
  http: { as },
});
const rejected = 'the fetch rejects with a TypeError';
const unanswered = 'no answer, until the request is aborted';
const broken = 'reading the body fails after so many bytes';
const slow = 'the body arrives bit by bit';

/** What every effect looks like on every transport. */
export const faultSupport: Readonly<Record<EffectType, Readonly<Record<FaultTransport, FaultSupport>>>> = {
  latency: everywhere('the answer comes later'),
  status: everywhere('another answer'),
  'network-error': {
    function: { as: rejected },
    'msw-node': { as: rejected },
    'msw-browser': { as: `${rejected}; a page cannot tell a reset from a server that is not there` },
    http: { as: 'the connection is reset' },
  },
  hang: {
    function: { as: unanswered },
    'msw-node': { as: unanswered },
    'msw-browser': {
      as: 'no answer; the worker does not say when a client has left, so the wait ends with the fault or the session',
    },
    http: { as: 'no answer, until the client closes the connection' },
  },
  truncated: {
    function: { as: broken },
    'msw-node': { as: broken },
    'msw-browser': { as: broken, needs: 'transferable streams' },
    http: { as: 'the connection ends before the announced length has arrived' },
  },
  'malformed-json': everywhere('a whole answer whose JSON does not parse'),
  'slow-body': { ...everywhere(slow), 'msw-browser': { as: slow, needs: 'transferable streams' } },
  'content-type': everywhere('the same body under another type'),
  stale: everywhere('an answer from the past'),
};

/** Explains why an effect is not supported here; undefined where it is. */
export function refusalOf({ type }: FaultEffect, knowsThePast: boolean): string | undefined {
  if (type === 'stale' && !knowsThePast) {
    return 'only a simulation can answer as of an earlier time. Use the simulated engine';
  }
  if (faultSupport[type]['msw-browser'].needs === undefined || !isPage() || canTransferStreams()) return undefined;
  return (
    'this browser cannot hand a stream to a service worker, so that MSW would wait for the whole body. ' +
    'Use another browser, or a server'
  );
}

/** Whether this is a real page, in which MSW needs a service worker; a simulated DOM in Node is not. */
function isPage(): boolean {
  const { navigator } = globalThis as { navigator?: object };
  return navigator !== undefined && 'serviceWorker' in navigator;
}

function canTransferStreams(): boolean {
  const { port1, port2 } = new MessageChannel();
  try {
    const stream = new ReadableStream();
    port1.postMessage(stream, [stream]);
    return true;
  } catch {
    return false;
  } finally {
    port1.close();
    port2.close();
  }
}
