import type { FailureCode } from '../../core/errors.js';

/** A stretch of a recorded download, as the simulator plays it. */
export type TracedPhase =
  | { type: 'connect'; ms: number }
  | { type: 'trace'; samples: [ms: number, bytes: number][] }
  | { type: 'pause'; ms: number; code?: FailureCode; reason?: string }
  | { type: 'stall'; ms: number }
  | { type: 'finalize'; ms: number }
  | { type: 'fail'; code: FailureCode; reason: string };

/** A recorded download, as a scenario for the simulator. */
export interface TracedScenario {
  name: string;
  description: string;
  steps: TracedPhase[];
}

/** Records how many bytes there were at which time. */
export interface Trace {
  /** @param bytes of the whole job */
  note(bytes: number): void;
  pause(code?: FailureCode, reason?: string): void;
  resume(): void;
  /** Ends the trace: by an error, or with all bytes. */
  end(failure?: { code: FailureCode; reason: string }): TracedScenario;
}

const SAMPLES = 2000;

/** Starts a trace. A long download has as many samples as a short one, at larger intervals. */
export function createTrace(
  { model, totalBytes }: { model: string; totalBytes: number },
  monotonic: () => number,
): Trace {
  const steps: TracedPhase[] = [];
  let samples: [ms: number, bytes: number][] = [];
  let since = monotonic();
  let firstByteAt: number | undefined;
  let apartMs = 10;
  let reached = 0;
  let reachedAt = since;
  let paused: { code?: FailureCode; reason?: string } | undefined;

  return {
    note,
    pause: (code, reason) => {
      if (paused) return;
      endStretch();
      paused = { ...(code !== undefined && { code }), ...(reason !== undefined && { reason }) };
      since = monotonic();
    },
    resume: () => {
      if (!paused) return;
      steps.push({ type: 'pause', ms: elapsed(), ...paused });
      paused = undefined;
      since = monotonic();
      firstByteAt = undefined;
    },
    end: (failure) => {
      if (paused) steps.push({ type: 'pause', ms: elapsed(), ...paused });
      else {
        endStretch();
        const silentMs = Math.round(monotonic() - Math.max(reachedAt, since));
        if (silentMs > 0) steps.push({ type: failure ? 'stall' : 'finalize', ms: silentMs });
      }
      if (failure) steps.push({ type: 'fail', ...failure });
      return { name: model, description: `A recorded download of ${model}, ${totalBytes} bytes.`, steps };
    },
  };

  function elapsed(): number {
    return Math.round(monotonic() - since);
  }

  function note(bytes: number): void {
    if (paused || bytes <= reached) return;
    const now = monotonic();
    if (firstByteAt === undefined) {
      firstByteAt = now;
      if (now - since >= 1) steps.push({ type: 'connect', ms: Math.round(now - since) });
      samples = [[0, reached]];
    }
    reached = bytes;
    reachedAt = now;
    const ms = Math.round(now - firstByteAt);
    if (ms - samples.at(-1)![0] < apartMs) return;
    samples.push([ms, bytes]);
    if (samples.length < SAMPLES) return;
    apartMs *= 2;
    samples = samples.filter((_, index) => index % 2 === 0);
  }

  function endStretch(): void {
    if (firstByteAt === undefined) return;
    const last: [number, number] = [Math.round(reachedAt - firstByteAt), reached];
    if (samples.at(-1)![1] !== reached) samples.push(last);
    steps.push({ type: 'trace', samples });
  }
}
