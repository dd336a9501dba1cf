import type { FaultEffect } from './fault.js';

/** How clients reach the api: called in process, through MSW in Node or in a page, or over HTTP. */
export type FaultTransport = 'function' | 'msw-node' | 'msw-browser' | 'http';

export interface FaultSupport {
  /** Its effect as a client sees it. */
  as: string;
  /** Where a browser cannot do this, the fault is refused. */
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

/** Every effect on every way to the api. */
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

/** Why an effect cannot be had here; undefined where it can. */
export function refusalOf({ type }: FaultEffect, knowsThePast: boolean): string | undefined {
  if (type === 'stale' && !knowsThePast) {
    return 'this engine does not know what it would have answered some time ago, only a simulation does';
  }
  if (faultSupport[type]['msw-browser'].needs === undefined || !isPage() || canTransferStreams()) return undefined;
  return (
    'this browser cannot hand a stream to a service worker, so that MSW would wait for the whole body; ' +
    'use another browser, or a server'
  );
}

/** A real one, in which MSW needs a service worker: a simulated DOM in Node has none. */
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
