/*
 * Handles one request from its first byte to its journal entry: it is parsed, counted by the faults, answered, changed
 * by the faults, and sent.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HubClock } from './clock.js';
import type { FaultSource, Subject } from './faults/fault-list.js';
import type { HubFaultStatus } from './faults/hub-fault.js';
import { applyFault } from './faults/apply-fault.js';
import { redactedHeaders, type HubJournalEntry, type JournalWriter } from './journal.js';
import { cdnObject, cdnReply } from './origin/cdn.js';
import { hubReply } from './origin/hub-reply.js';
import { problemReply } from './origin/problems.js';
import { routeOf, type HubRoute } from './origin/router.js';
import type { OriginContext } from './origin/context.js';
import { redactName, redactTarget } from '../core/redact.js';
import type { HubControl } from './control.js';
import { readRequestBody } from './wire/body.js';
import { readCall, type HubCall } from './wire/call.js';
import { sendBody, type Delivery, type Outcome, type SendProgress } from './wire/send-body.js';
import type { Pace } from './wire/pace.js';
import { textReply, type Reply } from './wire/reply.js';

/** The parts that serving a request uses. */
export interface Station {
  side: 'hub' | 'cdn';
  scheme: 'http' | 'https';
  context: OriginContext;
  faults: FaultSource;
  journal: JournalWriter;
  control: HubControl;
  /** The control API; only the hub has one, not the CDN. */
  operate?: (call: HubCall, body: string) => Reply;
  connectionOf(request: IncomingMessage): { connection: number; connectionsOpen: number };
  origin(): string;
  sharedPace: (id: string, make: () => Pace) => Pace;
  /** The clock of slow lines; unlike the hub's clock, it cannot be set. */
  lineClock: HubClock;
}

const SIGNATURE_LIFETIME_MS = 3_600_000;
const BODY_LIMIT_BYTES = 1024 * 1024;

/** Answers one request. Never rejects, for any request. */
export async function serveHub(station: Station, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    await attend(station, request, response);
  } catch {
    // A defect here must cost one connection, not the process.
    response.destroy();
  }
}

async function attend(station: Station, request: IncomingMessage, response: ServerResponse): Promise<void> {
  request.on('error', () => response.destroy());
  response.on('error', () => response.destroy());
  // A fault, or a client, may change the Date header.
  response.sendDate = false;
  const call = readCall(request, station.scheme);
  const { clock } = station.context;
  const plain = async (reply: Reply): Promise<void> => {
    await sendBody(response, { reply, latencyMs: 0, paces: [] }, clock, { bytes: 0 }).catch(() => response.destroy());
  };
  if (call === undefined) {
    await plain(textReply(400, 'Cannot read the target of this request.'));
    return;
  }
  const body = await readRequestBody(request, BODY_LIMIT_BYTES);
  if (body === undefined) {
    response.shouldKeepAlive = false;
    await plain(textReply(413, `Cannot read the body: expected at most ${BODY_LIMIT_BYTES} bytes.`));
    return;
  }
  if (station.operate !== undefined && call.segments[0] === '__hub') {
    await plain(station.operate(call, body));
    return;
  }
  await answer(station, call, body, request, response);
}

async function answer(
  station: Station,
  call: HubCall,
  body: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { context, faults, journal, side } = station;
  const route: HubRoute = side === 'hub' ? routeOf(call) : { name: 'cdn', methods: 'GET' };
  const object = side === 'cdn' ? cdnObject(context, call) : undefined;
  const repo = object?.repo ?? canonicalId(context, route.repo);
  const file = object?.file.path ?? (route.name === 'tree' ? undefined : route.path);
  const caller = context.access.callerOf(call.headers.authorization);
  const entry = journal.open({
    at: context.clock.now(),
    origin: side,
    method: call.method,
    target: redactTarget(call.target),
    route: route.name,
    ...(repo !== undefined && { repo: redactName(repo) }),
    ...(file !== undefined && { file: redactName(file) }),
    headers: redactedHeaders(call.headers, caller),
    ...station.connectionOf(request),
  });
  const progress: SendProgress = { bytes: 0 };
  let outcome: Outcome | 'failed' = 'failed';
  let delivery: Delivery | undefined;
  try {
    const subject: Subject = { route: route.name, method: call.method, repo, file };
    const early = faults.fireBefore(subject);
    const { skewMs, signatureMs } = changeWorld(station.control, early, repo, route.revision);
    const now = context.clock.now() + skewMs;
    const origin = call.origin ?? station.origin();
    const reply =
      side === 'cdn'
        ? cdnReply(context, call, now)
        : await hubReply(context, route, { call, body, caller, origin, now, signatureMs });
    const late = faults.fireAfter({
      ...subject,
      carriesFile: reply.carriesFile ?? false,
      status: reply.status,
      start: reply.start,
      end: reply.end,
    });
    entry.faults = [...early, ...late].map(({ id }) => id);
    const scene = { clock: station.lineClock, url: `${origin}${call.target}`, sharedPace: station.sharedPace };
    delivery = late.reduce<Delivery>((worse, fault) => applyFault(worse, fault, scene), {
      reply,
      latencyMs: 0,
      paces: [],
    });
    delivery = { ...delivery, reply: stamped(delivery.reply, entry, now) };
    outcome = await sendBody(response, delivery, context.clock, progress);
  } catch (error) {
    // The content can no longer be read, for instance because a file was deleted, so the client must notice.
    outcome = 'failed';
    await sendFailure(response, context, error instanceof Error ? error.message : String(error));
  } finally {
    if (progress.status !== undefined) entry.status = progress.status;
    if (delivery?.reply.carriesFile && call.method !== 'HEAD' && progress.status !== undefined) {
      const { start, end, headers } = delivery.reply;
      // Compressed bytes are not bytes of the file: only a complete answer shows which of those it contains.
      const bytes = 'Content-Encoding' in headers ? (outcome === 'complete' ? end - start : 0) : progress.bytes;
      entry.served = { start, end: start + bytes };
    }
    journal.close(entry, outcome);
  }
}

/** Returns the id that faults and the journal use, for a client's spelling in any case. */
function canonicalId({ repoStore }: OriginContext, asked: string | undefined): string | undefined {
  return asked === undefined ? undefined : (repoStore.get(asked)?.description.id ?? asked);
}

/** Applies the faults that act before the answer is known. */
function changeWorld(
  control: HubControl,
  faults: readonly HubFaultStatus[],
  repo: string | undefined,
  revision: string | undefined,
): { skewMs: number; signatureMs: number } {
  let skewMs = 0;
  let signatureMs = SIGNATURE_LIFETIME_MS;
  for (const { effect } of faults) {
    switch (effect.type) {
      case 'clock-skew':
        skewMs += effect.ms;
        break;
      case 'signature-lifetime':
        signatureMs = effect.ms;
        break;
      case 'move-branch':
        if (repo !== undefined) control.tryMoveBranch(repo, effect.branch ?? 'main', effect.to ?? 'next');
        break;
      case 'drop-commit':
        if (repo !== undefined) control.tryDropCommit(repo, effect.commit ?? revision ?? 'main');
        break;
    }
  }
  return { skewMs, signatureMs };
}

function stamped(reply: Reply, entry: HubJournalEntry, now: number): Reply {
  const id = entry.id.toString(16).padStart(8, '0');
  const headers = { Date: new Date(now).toUTCString(), 'X-Request-Id': `Root=1-${id}`, ...reply.headers };
  return { ...reply, headers };
}

async function sendFailure(response: ServerResponse, context: OriginContext, reason: string): Promise<void> {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const reply = problemReply({ type: 'failed', reason });
  await sendBody(response, { reply, latencyMs: 0, paces: [] }, context.clock, { bytes: 0 }).catch(() =>
    response.destroy(),
  );
}
