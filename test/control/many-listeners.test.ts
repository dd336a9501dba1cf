import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDock, type SimulatedDock } from '../../src/index.js';

const LISTENERS = 200;
const STARTS = 100;

let dock: SimulatedDock;
const leaving: AbortController[] = [];
beforeEach(() => {
  dock = createDock({ speed: 0 });
});
afterEach(() => {
  for (const each of leaving.splice(0)) each.abort();
  dock.close();
});

async function listen(): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  const controller = new AbortController();
  leaving.push(controller);
  const answer = await dock.api.fetch(
    new Request('http://localhost:1234/__modeldock/events', { signal: controller.signal }),
  );
  const reader = answer.body!.getReader();
  await reader.read(); // the greeting
  return reader;
}

async function start(run: number): Promise<void> {
  await dock.api.fetch(
    new Request('http://localhost:1234/api/v1/models/download', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ model: `simulate/steady-run-${run}` }),
    }),
  );
}

/** Reads until the call of the last start has come. */
async function readAll(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  let text = '';
  const decoder = new TextDecoder();
  const last = `simulate/steady-run-${STARTS - 1}`;
  while (!new RegExp(`event: call\\ndata: .*${last}\\b`).test(text)) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`The stream ended before ${last}.`);
    chunks.push(value);
    text += decoder.decode(value, { stream: true });
  }
  return chunks;
}

const idsIn = (chunks: readonly Uint8Array[]): number[] =>
  [
    ...chunks
      .map((chunk) => new TextDecoder().decode(chunk))
      .join('')
      .matchAll(/^id: (\d+)$/gm),
  ].map(([, id]) => Number(id));

describe('many listeners to the events of a session', () => {
  it('each get every event, in order', async () => {
    const readers = await Promise.all(Array.from({ length: LISTENERS }, listen));
    const reading = readers.map(readAll);
    for (let run = 0; run < STARTS; run++) await start(run);
    const [first, ...others] = (await Promise.all(reading)).map(idsIn);
    expect(first!.length).toBeGreaterThanOrEqual(2 * STARTS);
    expect(first).toEqual(first!.map((_, index) => first![0]! + index));
    for (const ids of others) expect(ids).toEqual(first);
  });

  it('are sent the same bytes, which are encoded once', async () => {
    const readers = await Promise.all(Array.from({ length: LISTENERS }, listen));
    const reading = readers.map(readAll);
    for (let run = 0; run < STARTS; run++) await start(run);
    const chunks = (await Promise.all(reading)).flat();
    expect(new Set(chunks).size).toBeLessThan(chunks.length / (LISTENERS / 4));
  });

  it('lose the oldest events where they read too slowly, and see that by a gap in the ids', async () => {
    const slow = await listen();
    const quick = readAll(await listen());
    for (let run = 799; run >= 0; run--) if (run !== STARTS - 1) await start(run);
    await start(STARTS - 1);
    await quick;
    const ids: number[] = [];
    while (ids.length < 1000) ids.push(...idsIn([(await slow.read()).value!]));
    const gaps = ids.filter((id, index) => index > 0 && id !== ids[index - 1]! + 1);
    expect(gaps).toHaveLength(1);
    expect(ids).toEqual([...ids].sort((one, other) => one - other));
  });
});
