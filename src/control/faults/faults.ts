import type { Answer, Answerer, Call, FaultNote } from '../../api/call.js';
import { ForwardedCall } from '../../api/forwarded-call.js';
import { matchRoute, type RouteMatch } from '../../api/routes.js';
import type { Clock } from '../../core/clock.js';
import { hashText } from '../../core/random.js';
import { matchesModel } from '../../core/text-pattern.js';
import { wallSleep } from '../../core/wall-timer.js';
import { ControlError } from '../base/control-error.js';
import type { Describer } from './describe-call.js';
import type * as Effects from './effects.js';
import { drawLatency } from './latency.js';
import { isChosen, matchesAtArrival } from './selection.js';
import type { Fault, FaultSelection, FaultState, FaultStatus } from './fault.js';
import { parseFaultState } from './parse-fault.js';

/** The session to whose calls the faults apply. */
export interface FaultsContext extends Describer {
  readonly clock: Clock;
  /** The seed of chance and latency. */
  readonly seed: string;
  /** Whether the engine can tell what it would have answered some time ago. */
  readonly knowsItsPast: boolean;
  answerAsOf(msAgo: number): Answerer;
  /** Aborted when the session is reset or closed; it ends every wait of a fault. */
  readonly closing: AbortSignal;
}

/** A fault that is active. */
interface Active {
  readonly id: string;
  readonly fault: Fault;
  readonly when: FaultSelection;
  readonly addedAt: number;
  seen: number;
  fired: number;
  readonly removed: AbortController;
}

/** The faults that apply to one call. */
interface Verdict {
  latencies: readonly { active: Active; ms: number }[];
  change: { active: Active; effect: Effects.AnswerEffect } | undefined;
}

const MOST_FAULTS = 1000;

let effects: typeof Effects | undefined;

/**
 * Loads the code that matches models and plays faults, which most pages never need. The caller that adds a fault waits
 * for it, so that the first call with a fault is not slower than the second, and not overtaken by later calls.
 */
export async function loadEffects(): Promise<typeof Effects> {
  return (effects ??= await import('./effects.js'));
}

/** The empty list, shared by all sessions without faults, which are most of them. */
const NONE: readonly Active[] = Object.freeze([]);

/**
 * The faults of a session. Several may match one call: it waits for every latency, one after another, and then the
 * oldest of the others decides the answer.
 */
export class Faults {
  readonly #parts: FaultsContext;
  #added: number;
  #all: readonly Active[];
  /** The faults that have not ended. */
  #alive: readonly Active[];

  /** @param state the saved faults to continue from. @throws ControlError bad_snapshot for an invalid state */
  constructor(parts: FaultsContext, state?: FaultState) {
    const { added, faults } = state === undefined ? { added: 0, faults: NONE } : parseFaultState(state);
    this.#parts = parts;
    this.#added = added;
    this.#all = faults.length === 0 ? NONE : faults.map(activate);
    this.#alive = aliveOf(this.#all);
    // If it cannot be loaded, the first call that needs it reports the error.
    if (this.#alive.length > 0) loadEffects().catch(() => undefined);
  }

  /** Passes a call to the next answerer, with the faults applied. Costs nothing while there are no faults. */
  pass(call: Call, next: Answerer): Promise<Answer> {
    if (this.#alive.length === 0) return next(call);
    const match = matchRoute(call);
    const now = this.#parts.clock.now();
    const candidates = this.#alive.filter(({ when, addedAt }) => matchesAtArrival(when, call, match, now, addedAt));
    return candidates.length === 0 ? next(call) : this.#meet(candidates, call, match, next);
  }

  /** Lists faults, the oldest first, ended ones included. */
  list(): FaultStatus[] {
    return this.#all.map(statusOf);
  }

  /** @param fault as `parseFault` returns it. @throws ControlError unsupported, invalid_request */
  add(fault: Fault, refusalOf: typeof Effects.refusalOf): FaultStatus {
    const { clock, knowsItsPast } = this.#parts;
    const because = refusalOf(fault.effect, knowsItsPast);
    if (because !== undefined) {
      throw new ControlError(501, 'unsupported', `Cannot add a fault of type ${fault.effect.type}: ${because}.`);
    }
    if (this.#all.length >= MOST_FAULTS) {
      throw new ControlError(
        400,
        'invalid_request',
        `Cannot add a fault: this session has ${MOST_FAULTS} of them already. Remove those that have ended.`,
      );
    }
    const id = `fault-${++this.#added}`;
    const active = activate({ id, fault, addedAt: clock.now(), seen: 0, fired: 0 });
    this.#all = [...this.#all, active];
    this.#alive = [...this.#alive, active];
    return statusOf(active);
  }

  /** Removes a fault and ends its waits: delayed calls continue, hanging ones break. @throws ControlError not_found */
  remove(faultId: string): void {
    const active = this.#all.find(({ id }) => id === faultId);
    if (!active) {
      const there =
        this.#all.length === 0
          ? 'the session has no faults'
          : `expected one of ${this.#all.map(({ id }) => id).join(', ')}, found ${faultId}`;
      throw new ControlError(404, 'not_found', `Cannot remove the fault ${faultId}: ${there}.`);
    }
    this.#drop([active]);
  }

  clear(): void {
    this.#drop(this.#all);
  }

  save(): FaultState {
    return {
      added: this.#added,
      faults: this.#all.map(({ id, fault, addedAt, seen, fired }) => ({ id, fault, addedAt, seen, fired })),
    };
  }

  async #meet(
    candidates: readonly Active[],
    arrived: Call,
    match: RouteMatch | undefined,
    next: Answerer,
  ): Promise<Answer> {
    const call = new RememberedCall(arrived, {});
    try {
      const { latencies, change } = await this.#judge(candidates, call);
      const visible = change?.active ?? latencies[0]?.active;
      if (call.notes && visible) {
        // The api would note the route, but it may not be called.
        if (match) call.notes.route = match.route;
        if (match?.jobId !== undefined) call.notes.job = match.jobId;
        const others = latencies.filter(({ active }) => active !== visible).map(({ active }) => noteOf(active));
        call.notes.fault = { ...noteOf(visible), ...(others.length > 0 && { also: others }) };
      }
      for (const { active, ms } of latencies) await this.#delay(ms, call, active);
      if (!change) return await next(call);
      return await this.#play(effects ?? (await loadEffects()), change, call, next);
    } catch (error) {
      // The wait ended because the client left or the session was closed.
      if (call.signal.aborted || this.#parts.closing.aborted) return 'network error';
      throw error;
    }
  }

  /** Counts a call, and decides which faults apply to it. */
  async #judge(candidates: readonly Active[], call: Call): Promise<Verdict> {
    const { seed } = this.#parts;
    const numbers = new Map<Active, number>();
    // Calls are counted before any wait, in the order of their arrival.
    for (const active of candidates) if (active.when.model === undefined) numbers.set(active, ++active.seen);
    if (numbers.size < candidates.length) {
      const { describeCall } = effects ?? (await loadEffects());
      const { model } = await describeCall(call, this.#parts);
      for (const active of candidates) {
        const pattern = active.when.model;
        if (pattern !== undefined && model !== undefined && matchesModel(pattern, model)) {
          numbers.set(active, ++active.seen);
        }
      }
    }
    const latencies: { active: Active; ms: number }[] = [];
    let change: Verdict['change'];
    for (const active of candidates) {
      const { id, when, removed } = active;
      const { effect } = active.fault;
      const number = numbers.get(active);
      // A fault may have ended or been removed while the body was read.
      if (number === undefined || hasEnded(active) || removed.signal.aborted) continue;
      if (!isChosen(when, number, hashText(`${seed}/${id}/chance`))) continue;
      if (effect.type === 'latency') {
        latencies.push({ active, ms: drawLatency(effect, hashText(`${seed}/${id}/latency`), number) });
      } else {
        if (change) continue;
        change = { active, effect };
      }
      active.fired++;
    }
    this.#alive = aliveOf(this.#alive);
    return { latencies, change };
  }

  async #delay(ms: number, call: Call, { removed }: Active): Promise<void> {
    const { closing } = this.#parts;
    try {
      await wallSleep(ms, call.signal, closing, removed.signal);
    } catch (reason) {
      if (call.signal.aborted || closing.aborted) throw reason;
    }
  }

  #play(
    { playEffect }: typeof Effects,
    { active, effect }: NonNullable<Verdict['change']>,
    call: Call,
    next: Answerer,
  ): Promise<Answer> {
    const { closing } = this.#parts;
    return playEffect(effect, {
      faultId: active.id,
      call,
      gone: [call.signal, closing],
      removed: active.removed.signal,
      answerAsOf: (msAgo) => this.#parts.answerAsOf(msAgo),
      ask: async () => {
        const answer = await next(call);
        const intended = answer === 'network error' ? answer : { ...answer, body: await textOf(answer.body) };
        if (call.notes?.fault) call.notes.fault.intended = intended;
        return intended;
      },
    });
  }

  #drop(dropped: readonly Active[]): void {
    this.#all = this.#all.filter((active) => !dropped.includes(active));
    this.#alive = aliveOf(this.#all);
    for (const { removed } of dropped) removed.abort();
  }
}

function aliveOf(all: readonly Active[]): readonly Active[] {
  const alive = all.filter((active) => !hasEnded(active));
  return alive.length === 0 ? NONE : alive;
}

function activate(saved: FaultState['faults'][number]): Active {
  return { ...saved, when: saved.fault.when ?? {}, removed: new AbortController() };
}

function noteOf({ id, fault }: Active): FaultNote {
  return { id, type: fault.effect.type };
}

function hasEnded({ fault, fired }: Active): boolean {
  return fault.times !== undefined && fired >= fault.times;
}

function statusOf(active: Active): FaultStatus {
  const { id, fault, addedAt, seen, fired } = active;
  return { id, ...structuredClone(fault), addedAt, seen, fired, ended: hasEnded(active) };
}

/** A call whose body is kept: it can be read only once, but both the selection and the api need it. */
class RememberedCall extends ForwardedCall {
  private body: Promise<string> | undefined;

  override text(limit?: number): Promise<string> {
    return (this.body ??= this.call.text(limit));
  }
}

async function textOf(body: string | ReadableStream<Uint8Array>): Promise<string> {
  return typeof body === 'string' ? body : new Response(body).text();
}
