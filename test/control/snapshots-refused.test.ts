import { describe, expect, it } from 'vitest';
import { createDock, type SimulatedDock } from '../../src/index.js';
import { START } from './suite/door.js';

async function livedIn(): Promise<SimulatedDock> {
  const dock = createDock({ now: START, speed: 0 });
  const { answer } = dock.api;
  const header = (name: string): string | undefined => (name === 'content-type' ? 'application/json' : undefined);
  const text = async (): Promise<string> => '{"model":"simulate/slow"}';
  const path = '/api/v1/models/download';
  const { signal } = new AbortController();
  await answer({ method: 'POST', path, query: new URLSearchParams(), header, text, signal });
  await dock.clock.advance(1000);
  const [job] = await dock.jobs.list();
  await dock.jobs.pause(job!.id);
  return dock;
}

type Mutable = { [key: string]: Mutable } & Mutable[];

/** What a schema lets pass, and no world can be. */
const mangled: [what: string, path: string, mangle: (snapshot: Mutable) => void][] = [
  [
    'a decision after the present',
    'latestDecision',
    ({ clock }) => Object.assign(clock!, { latestDecision: START + 2000 }),
  ],
  [
    'a job from the future',
    'createdAt',
    ({ simulation }) => Object.assign(simulation!.jobs![0]!, { createdAt: START + 9000 }),
  ],
  [
    'more bytes on disk than there are',
    'fromBytes',
    ({ simulation }) => Object.assign(simulation!.jobs![0]!, { fromBytes: 5e9 }),
  ],
  ['a job ahead of all dates', 'ahead', ({ simulation }) => Object.assign(simulation!.jobs![0]!, { ahead: 9e15 })],
  [
    'interventions out of order',
    'interventions',
    ({ simulation }) => {
      const resume = { type: 'resume', at: START + 500 };
      Object.assign(simulation!.jobs![0]!, { interventions: [...simulation!.jobs![0]!.interventions!, resume] });
    },
  ],
  ['fewer draws than jobs', 'freeDraw', ({ simulation }) => Object.assign(simulation!, { freeDraw: 0 })],
];

describe('a snapshot', () => {
  it.each(mangled)('with %s is refused at %s', async (_what, path, mangle) => {
    const dock = await livedIn();
    const before = await dock.snapshot();
    const snapshot = structuredClone(before);
    mangle(snapshot as unknown as Mutable);
    await expect(dock.restore(snapshot)).rejects.toMatchObject({
      code: 'bad_snapshot',
      message: expect.stringContaining(path) as string,
    });
    expect(await dock.snapshot()).toEqual(before);
  });
});

describe('a fork in process', () => {
  it('has the name it was given', async () => {
    const fork = await createDock().fork('mine');
    expect((await fork.status()).session).toBe('mine');
  });
});
