import { setupServer } from 'msw/node';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createLmStudio, type LmStudioParameters, type StoryLm } from '../../src/storybook/index.js';
import { ask, poll } from '../runners/client.js';

const ADDRESS = 'http://localhost:1234';
const { loaders, decorators, handlers } = createLmStudio({ worker: 'addon', urlArg: 'baseUrl' });
const server = setupServer(...handlers);
beforeAll(() => server.listen());
beforeEach(() => server.resetHandlers());
afterAll(() => server.close());

async function load(id: string, lmStudio: LmStudioParameters): Promise<StoryLm> {
  return (await loaders[0]!({ id, parameters: { lmStudio } })).lm;
}

it('holds the download of a story at its moment from the first answer on', async () => {
  const { url } = await load('panel--at-42', { model: 'ibm/granite-4-micro', at: '42%' });
  const asked = await fetch(`${url}/api/v1/models/download`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{"model":"ibm/granite-4-micro"}',
  });
  const job = (await asked.json()) as { downloaded_bytes: number; total_size_bytes: number };
  expect(job.downloaded_bytes / job.total_size_bytes).toBeCloseTo(0.42, 4);
});

it.each([
  ['paused', 'paused'],
  ['stalled', 'downloading'],
  ['failed', 'failed'],
  ['completed', 'completed'],
])('shows a story whose download is %s', async (at, status) => {
  const { url } = await load(`panel--${at}`, { at });
  const job = await ask(url, 'ibm/granite-4-micro');
  expect(await poll(url, job)).toMatchObject({ status });
});

it('tells stories on one docs page apart by their models and jobs, at one address', async () => {
  await load('docs--early', { model: 'ibm/granite-4-micro', at: '10%' });
  await load('docs--late', { model: 'simulate/steady', at: '90%' });
  await load('docs--other', {});
  const early = await ask(ADDRESS, 'ibm/granite-4-micro');
  const late = await ask(ADDRESS, 'simulate/steady');
  const shareOf = async (job: string): Promise<number> => {
    const { downloaded_bytes, total_size_bytes } = await poll(ADDRESS, job);
    return Math.round((100 * Number(downloaded_bytes)) / Number(total_size_bytes));
  };
  expect([await shareOf(early), await shareOf(late)]).toEqual([10, 90]);
});

it('gives a story that is rendered again the same job, so that what polls from before goes on', async () => {
  const { url } = await load('panel--again', { at: '42%' });
  const job = await ask(url, 'ibm/granite-4-micro');
  const again = await load('panel--again', { at: '42%' });
  expect(await ask(again.url, 'ibm/granite-4-micro')).toBe(job);
});

it('gives a story the address of its session in the arg of that name', async () => {
  const lm = await load('panel--arg', {});
  const context = { id: 'panel--arg', parameters: {}, args: { title: 'Panel' }, loaded: { lm } };
  const args = decorators[0]!((update) => update?.args, context);
  expect(args).toEqual({ title: 'Panel', baseUrl: `${ADDRESS}/s/panel--arg` });
});
