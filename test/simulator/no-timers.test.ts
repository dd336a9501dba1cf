import { afterEach, expect, it, vi } from 'vitest';
import { createDock } from '../../src/index.js';

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

it('lives a whole life without a timer', async () => {
  // Node's loader schedules; what is loaded when it is first asked for has been by then.
  await liveAWholeLife();
  const timers = (['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'] as const).map((name) =>
    vi.spyOn(globalThis, name),
  );
  const ticks = vi.spyOn(process, 'nextTick');
  await liveAWholeLife();
  const called = [...timers, ticks].filter((timer) => timer.mock.calls.length > 0);
  expect(called.map((timer) => timer.getMockName())).toEqual([]);
});

it('completes a whole download while all timers are faked and never advanced', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'Date'] });
  await liveAWholeLife();
  expect(vi.getTimerCount()).toBe(0);
});

it('follows the faked date where its clock runs with the machine', async () => {
  vi.useFakeTimers({ now: 0, toFake: ['Date'] });
  const { api } = createDock();
  const status = async (): Promise<unknown> => {
    const answer = await api.answer(call('POST', '/api/v1/models/download', '{"model":"simulate/steady"}'));
    return answer === 'network error' ? answer : (JSON.parse(answer.body as string) as { status: string }).status;
  };
  expect(await status()).toBe('downloading');
  vi.setSystemTime(10_100);
  expect(await status()).toBe('already_downloaded');
});

/** Start, look, pause, resume, complete, retry, list, load, unload. */
async function liveAWholeLife(): Promise<void> {
  const { api, clock, jobs } = createDock({ speed: 0 });
  const ask = async (method: string, path: string, body = ''): Promise<Record<string, string>> => {
    const answer = await api.answer(call(method, path, body));
    if (answer === 'network error' || answer.status !== 200) throw new Error(`${method} ${path} went wrong.`);
    return JSON.parse(answer.body as string) as Record<string, string>;
  };
  const start = () => ask('POST', '/api/v1/models/download', '{"model":"simulate/fails-at-50"}');
  const id = (await start()).job_id!;
  await clock.advance(1000);
  await jobs.pause(id);
  await clock.advance(60_000);
  await jobs.resume(id);
  await clock.advance(60_000);
  const failed = await ask('GET', `/api/v1/models/download/status/${id}`);
  if (failed.status !== 'failed') throw new Error('The job should have failed.');
  await start();
  await clock.advance(60_000);
  if ((await start()).status !== 'already_downloaded') throw new Error('The retry should have completed.');
  await ask('GET', '/api/v1/models');
  await ask('POST', '/api/v1/models/load', '{"model":"simulate/fails-at-50"}');
  await ask('POST', '/api/v1/models/unload', '{"instance_id":"simulate/fails-at-50"}');
}

/** Not a `Request`, whose body may be read with timers of the runtime's own. */
function call(method: string, path: string, body: string) {
  return {
    method,
    path,
    query: new URLSearchParams(),
    header: (name: string) => (name === 'content-type' ? 'application/json' : undefined),
    text: async () => body,
    signal: new AbortController().signal,
  };
}
