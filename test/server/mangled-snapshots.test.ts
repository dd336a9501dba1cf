import { afterAll, beforeAll, expect, it } from 'vitest';
import { operate, download } from './command.js';
import { serveApart, type Served } from './served.js';

let server: Served;

beforeAll(async () => {
  server = await serveApart();
});
afterAll(() => server.stop());

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Path = (string | number)[];

function pathsOf(value: Json, path: Path = []): Path[] {
  if (value === null || typeof value !== 'object') return [path];
  return [path, ...Object.entries(value).flatMap(([key, each]) => pathsOf(each, [...path, key]))];
}

/** A copy in which something else stands at a path; nothing at all where it is undefined. */
function withAt(value: Json, [key, ...rest]: Path, other: Json | undefined): Json | undefined {
  if (key === undefined) return other;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, Json | undefined>;
  const changed = withAt(copy[key]!, rest, other);
  if (changed === undefined && !Array.isArray(copy)) Reflect.deleteProperty(copy, key);
  else copy[key] = changed ?? null;
  return copy as Json;
}

const others: (Json | undefined)[] = [
  undefined,
  null,
  true,
  -1,
  0,
  1.5,
  1e308,
  Number.MAX_SAFE_INTEGER,
  '',
  'x',
  '__proto__',
  [],
  [null],
  {},
  { x: {} },
];

it('a snapshot with anything else in any place is refused, or restored, and never ends anything', async () => {
  const base = `${server.url}/s/mangled`;
  await operate(base, 'PUT', '/clock', { body: { mode: 'polls', stepMs: 250 } });
  await download(base, 'simulate/fails-at-50');
  await download(base, 'https://huggingface.co/qwen/qwen3-8b-gguf');
  const { job_id } = (await download(base, 'ibm/granite-4-micro')).body;
  await operate(base, 'POST', `/jobs/${String(job_id)}/pause`);
  await operate(base, 'POST', '/models', { body: { model: 'openai/gpt-oss-20b' } });
  await operate(base, 'POST', '/faults', {
    body: { when: { route: 'models', nth: [1, 2], chance: 0.5 }, effect: { type: 'status', status: 503 }, times: 3 },
  });
  const snapshot = (await operate(base, 'GET', '/snapshot')).body as Json;
  const paths = pathsOf(snapshot);
  expect(paths.length).toBeGreaterThan(60);

  let refused = 0;
  let restored = 0;
  for (const path of paths) {
    await Promise.all(
      others.map(async (other, at) => {
        const session = `${server.url}/s/mangled-${at}`;
        const said = await operate(session, 'POST', '/restore', { body: withAt(snapshot, path, other) ?? {} });
        const where = `${path.join('.')} = ${JSON.stringify(other)}: ${JSON.stringify(said.body)}`;
        expect([200, 204, 400], where).toContain(said.status);
        if (said.status === 400) {
          refused++;
          return;
        }
        restored++;
        // What was let in can be lived in.
        for (const road of ['/jobs', '/snapshot', '/clock', '/models']) {
          expect((await operate(session, 'GET', road)).status, `${road} after ${where}`).toBe(200);
        }
        expect((await operate(session, 'POST', '/clock/advance', { body: { ms: 5000 } })).status, where).toBeLessThan(
          500,
        );
        expect((await download(session, 'simulate/fails-at-50')).status, where).not.toBe(500);
        expect((await fetch(`${session}/api/v1/models`)).status, where).not.toBe(500);
      }),
    );
  }
  expect(refused).toBeGreaterThan(restored);
  await server.stillServes();

  expect((await operate(base, 'POST', '/restore', { body: snapshot })).status).toBeLessThan(300);
  expect((await operate(base, 'GET', '/snapshot')).body).toEqual(snapshot);
});
