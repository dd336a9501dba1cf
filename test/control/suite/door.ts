import { expect, it } from 'vitest';
import type { SimulatedDockOptions } from '../../../src/index.js';
import type { ControlError, DockControl } from '../../../src/index.js';

/** What a session under test begins with. */
export type Beginning = Pick<
  SimulatedDockOptions,
  'seed' | 'scenario' | 'scenarioRules' | 'hold' | 'jobIds' | 'now' | 'speed' | 'msPerPoll' | 'catalog'
>;

/** A session, operated from one side and called by a client from the other. */
export interface Opened {
  control: DockControl;
  /** Sends what a client of LM Studio sends. Rejects when there is no answer at all. */
  client(method: string, path: string, body?: unknown): Promise<{ status: number; body: string }>;
  close(): Promise<void>;
}

/** A way to operate a session. */
export interface Door {
  name: string;
  /** Absent where it can: why it has no forks. */
  cannotFork?: string;
  open(beginning: Beginning): Promise<Opened>;
}

export const START = Date.parse('2025-10-03T15:33:23.496Z');
const DOWNLOAD = '/api/v1/models/download';

/** A session for one test, and what a client does in it in the words of a test. */
export interface Stage {
  control: DockControl;
  client: Opened['client'];
  /** Asks for a model, and answers with the job's id. */
  start(model: string): Promise<string>;
  /** What a client is told of a job. */
  poll(job: string): Promise<Answered>;
  /** The same by asking for the model again. */
  attach(model: string): Promise<Answered>;
}

export interface Answered {
  status: string;
  job_id?: string;
  downloaded_bytes?: number;
  bytes_per_second?: number;
  started_at?: string;
  estimated_completion?: string;
  completed_at?: string;
}

type Staged = (title: string, beginning: Beginning, run: (stage: Stage) => Promise<void>) => void;

/** A test with a session of its own; by default its clock is frozen. `each` makes one for each case. */
export function stagedIn(door: Door): Staged & {
  each<Case>(
    cases: readonly Case[],
  ): (title: string, beginning: Beginning, run: (stage: Stage, one: Case) => Promise<void>) => void;
} {
  return Object.assign(inStage, {
    each:
      <Case>(cases: readonly Case[]) =>
      (title: string, beginning: Beginning, run: (stage: Stage, one: Case) => Promise<void>) => {
        for (const one of cases) inStage(`${title} ${JSON.stringify(one)}`, beginning, (stage) => run(stage, one));
      },
  });

  function inStage(...[title, beginning, run]: Parameters<Staged>): void {
    it(title, async () => {
      const { control, client, close } = await door.open({ now: START, speed: 0, ...beginning });
      const ask = async (method: string, path: string, body?: unknown): Promise<Answered> => {
        const answer = await client(method, path, body);
        expect(answer.status).toBe(200);
        return JSON.parse(answer.body) as Answered;
      };
      const attach = (model: string): Promise<Answered> => ask('POST', DOWNLOAD, { model });
      try {
        await run({
          control,
          client,
          start: async (model) => (await attach(model)).job_id!,
          poll: (job) => ask('GET', `${DOWNLOAD}/status/${job}`),
          attach,
        });
      } finally {
        await close();
      }
    });
  }
}

/** The refusal of a control call, without the replay note, which only the client over HTTP adds. */
export async function refusal(
  asked: Promise<unknown>,
): Promise<Pick<ControlError, 'name' | 'status' | 'code' | 'message'>> {
  const error = await asked.then(
    () => expect.unreachable('this was not refused'),
    (reason: unknown) => reason as ControlError,
  );
  const message = error.message.replace(/\n\nRestore this session with[^]*$/, '');
  return { name: error.name, status: error.status, code: error.code, message };
}
