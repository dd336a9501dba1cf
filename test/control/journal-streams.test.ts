import { describe, expect, it } from 'vitest';
import type { Answer } from '../../src/api/call.js';
import type { Journal } from '../../src/control/journal/journal.js';
import { answererOf, answerOf, callTo, openJournal } from './calls.js';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

interface Source {
  stream: ReadableStream<Uint8Array>;
  controller: ReadableStreamDefaultController<Uint8Array>;
  /** How often the reader asked for more. */
  pulls: () => number;
  cancelledWith: () => unknown;
}

function openSource(): Source {
  let controller: ReadableStreamDefaultController<Uint8Array>;
  let pulls = 0;
  let cancelledWith: unknown;
  const stream = new ReadableStream<Uint8Array>(
    {
      start: (given) => {
        controller = given;
      },
      pull: () => {
        pulls++;
      },
      cancel: (reason) => {
        cancelledWith = reason;
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, controller: controller!, pulls: () => pulls, cancelledWith: () => cancelledWith };
}

async function serve(journal: Journal, stream: ReadableStream<Uint8Array>): Promise<ReadableStream<Uint8Array>> {
  const answer: Answer = await answererOf(journal, async () => answerOf(stream))(callTo('/v1/models'));
  return (answer as Exclude<Answer, 'network error'>).body as ReadableStream<Uint8Array>;
}

describe('a body that streams', () => {
  it('passes chunk by chunk, as the client asks for it', async () => {
    const journal = openJournal();
    const source = openSource();
    const reader = (await serve(journal, source.stream)).getReader();
    expect(source.pulls()).toBe(0);
    const first = reader.read();
    source.controller.enqueue(bytesOf('{"status": '));
    expect(new TextDecoder().decode((await first).value)).toBe('{"status": ');
    expect(source.pulls()).toBe(1);
    expect((await journal.list())[0]!.answer!.body).toEqual({ text: '{"status": ', bytes: 11, unfinished: true });
    expect((await journal.list())[0]).not.toHaveProperty('durationMs');
  });

  it('is in the journal when it has passed, and listeners hear of it then', async () => {
    const heard: string[] = [];
    const journal: Journal = openJournal({
      listener: { answered: (id) => heard.push(find(id)!.answer!.body!.text) },
    });
    const find = await journal.lookup();
    const source = openSource();
    const body = await serve(journal, source.stream);
    expect(heard).toEqual([]);
    source.controller.enqueue(bytesOf('one '));
    source.controller.enqueue(bytesOf('two'));
    source.controller.close();
    expect(await new Response(body).text()).toBe('one two');
    expect(heard).toEqual(['one two']);
    expect(await journal.list()).toMatchObject([{ status: 200, durationMs: 0 }]);
    expect((await journal.list())[0]!.answer!.body).toEqual({ text: 'one two', bytes: 7 });
  });

  it('keeps its beginning, and its length', async () => {
    const journal = openJournal();
    const source = openSource();
    const body = await serve(journal, source.stream);
    for (let count = 0; count < 30; count++) source.controller.enqueue(bytesOf('x'.repeat(1000)));
    source.controller.close();
    expect(await new Response(body).text()).toHaveLength(30_000);
    expect((await journal.list())[0]!.answer!.body).toEqual({ text: 'x'.repeat(8192), bytes: 30_000, clipped: true });
  });

  it('is put together where a chunk ends inside a character', async () => {
    const journal = openJournal();
    const source = openSource();
    const body = await serve(journal, source.stream);
    const [head, tail] = [bytesOf('5 €').subarray(0, 3), bytesOf('5 €').subarray(3)];
    source.controller.enqueue(head);
    source.controller.enqueue(tail);
    source.controller.close();
    await new Response(body).text();
    expect((await journal.list())[0]!.answer!.body).toEqual({ text: '5 €', bytes: 5 });
  });

  it('breaks for the client as it broke', async () => {
    const journal = openJournal();
    const source = openSource();
    const reader = (await serve(journal, source.stream)).getReader();
    source.controller.enqueue(bytesOf('half'));
    await reader.read();
    source.controller.error(new Error('cut off'));
    await expect(reader.read()).rejects.toThrow('cut off');
    expect((await journal.list())[0]).toMatchObject({
      durationMs: 0,
      answer: { body: { text: 'half', unfinished: true } },
    });
  });

  it.each(['before it asked for anything', 'while it waits'])(
    'ends at its source when the client leaves %s',
    async (when) => {
      let heard = 0;
      const journal = openJournal({ listener: { answered: () => heard++ } });
      const source = openSource();
      const reader = (await serve(journal, source.stream)).getReader();
      if (when === 'while it waits') void reader.read();
      await reader.cancel('gone');
      expect(source.cancelledWith()).toBe('gone');
      expect(heard).toBe(1);
      expect((await journal.list())[0]!.answer!.body).toMatchObject({ text: '', unfinished: true });
    },
  );
});
