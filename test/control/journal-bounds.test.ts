import { describe, expect, it } from 'vitest';
import type { Answer, Answerer } from '../../src/api/call.js';
import { JournalBudget, type Journal } from '../../src/control/journal/journal.js';
import { answererOf, answerOf, callTo, openJournal } from './calls.js';

const MIB = 1024 * 1024;

function callerOf(journal: Journal, body = '{}'): (path: string) => Promise<Answer> {
  const answerer = answererOf(journal, async () => answerOf(body));
  return (path) => answerer(callTo(path));
}

const idsOf = async (journal: Journal): Promise<number[]> => (await journal.list()).map(({ id }) => id);

describe('a journal that is full', () => {
  it('has the last 1000 calls', async () => {
    const journal = openJournal();
    const call = callerOf(journal);
    for (let count = 1; count <= 2500; count++) await call('/v1/models');
    expect(journal.length).toBe(1000);
    expect(await idsOf(journal)).toEqual(Array.from({ length: 1000 }, (_, index) => 1501 + index));
  });

  it('holds 4 MiB at most, the newest', async () => {
    const journal = openJournal();
    const call = callerOf(journal, 'x'.repeat(8192));
    for (let count = 1; count <= 900; count++) await call('/v1/models');
    expect(journal.bytes).toBeLessThanOrEqual(4 * MIB);
    expect(journal.bytes).toBeGreaterThan(3.9 * MIB);
    expect(journal.length).toBeLessThan(300);
    expect((await idsOf(journal)).at(-1)).toBe(900);
  });

  it('counts what every part of a call holds', async () => {
    const journal = openJournal();
    const answerer: Answerer = answererOf(journal, async (call) => {
      await call.text();
      call.notes!.fault = { id: 'fault_1', type: 'status', intended: answerOf('x'.repeat(8000)) };
      return answerOf('x'.repeat(8000));
    });
    await answerer(
      callTo('/v1/models', { method: 'POST', body: 'x'.repeat(8000), headers: { 'user-agent': 'x'.repeat(500) } }),
    );
    expect(journal.bytes).toBeGreaterThan(49_000);
  });

  it('keeps of a name as long as a body only its beginning', async () => {
    const journal = openJournal();
    const name = 'x'.repeat(900_000);
    const answerer = answererOf(journal, async (call) => {
      Object.assign(call.notes!, { model: name, job: name });
      return answerOf('{}');
    });
    await answerer(callTo('/api/v1/models/load', { method: 'POST' }));
    const [entry] = await journal.list();
    expect([entry!.model, entry!.job]).toEqual(Array.from({ length: 2 }, () => `${'x'.repeat(512)}…`));
    expect(journal.bytes).toBeGreaterThan(2 * 2 * 512);
    expect(journal.bytes).toBeLessThan(4096);
  });

  it('still answers calls whose entries are gone', async () => {
    const journal = openJournal();
    let release: (answer: Answer) => void = () => undefined;
    const slow = answererOf(journal, () => new Promise((resolve) => (release = resolve)))(callTo('/slow'));
    const call = callerOf(journal);
    for (let count = 1; count <= 1000; count++) await call('/v1/models');
    const { bytes } = journal;
    release(answerOf('late'));
    expect(await slow).toMatchObject({ body: 'late' });
    expect(journal.bytes).toBe(bytes);
    expect((await idsOf(journal))[0]).toBe(2);
  });
});

describe('a body', () => {
  it('is kept whole up to 8 kB', async () => {
    const journal = openJournal();
    await callerOf(journal, 'x'.repeat(8192))('/v1/models');
    expect((await journal.list())[0]!.answer!.body).toEqual({ text: 'x'.repeat(8192), bytes: 8192 });
  });

  it('is clipped above, with its full length', async () => {
    const journal = openJournal();
    await callerOf(journal, 'x'.repeat(100_000))('/v1/models');
    expect((await journal.list())[0]!.answer!.body).toEqual({ text: 'x'.repeat(8192), bytes: 100_000, clipped: true });
  });

  it('is measured in bytes, and never cut inside a character', async () => {
    const journal = openJournal();
    // Three bytes each; 8192 is no multiple of three.
    await callerOf(journal, '€'.repeat(4000))('/v1/models');
    expect((await journal.list())[0]!.answer!.body).toEqual({ text: '€'.repeat(2730), bytes: 12_000, clipped: true });
  });

  it.each(['request', 'intended'] as const)('is clipped as %s too', async (part) => {
    const journal = openJournal();
    const answerer = answererOf(journal, async (call) => {
      await call.text();
      call.notes!.fault = { id: 'fault_1', type: 'status', intended: answerOf('x'.repeat(9000)) };
      return answerOf('{}');
    });
    await answerer(callTo('/v1/models', { method: 'POST', body: 'x'.repeat(9000) }));
    const [entry] = await journal.list();
    const body = part === 'request' ? entry!.request.body : entry!.fault!.intended!.body;
    expect(body).toEqual({ text: 'x'.repeat(8192), bytes: 9000, clipped: true });
  });

  it('of no end in a path or a header is cut as well', async () => {
    const journal = openJournal();
    await answererOf(journal, async () => answerOf('{}'))(
      callTo(`/${'p'.repeat(50_000)}`, {
        query: `q=${'q'.repeat(50_000)}`,
        headers: { 'user-agent': 'u'.repeat(50_000) },
      }),
    );
    const [entry] = await journal.list();
    expect(entry!.path).toBe(`/${'p'.repeat(2047)}…`);
    expect(entry!.query).toHaveLength(2049);
    expect(entry!.request.headers['user-agent']).toHaveLength(513);
    expect(journal.bytes).toBeLessThan(16_384);
  });
});

describe('journals that share a budget', () => {
  it('hold no more than it, and the entries of the longest idle go first', async () => {
    const budget = new JournalBudget({ maxBytes: 100_000 });
    const [idle, busy] = [openJournal({ budget }), openJournal({ budget })];
    const body = 'x'.repeat(1000);
    for (let count = 0; count < 20; count++) await callerOf(idle, body)('/idle');
    expect(idle.length).toBe(20);
    for (let count = 0; count < 20; count++) await callerOf(busy, body)('/busy');
    expect(busy.length).toBe(20);
    expect(idle.length).toBeLessThan(20);
    expect((await idsOf(idle)).at(-1)).toBe(20);
    expect(budget.bytes).toBe(idle.bytes + busy.bytes);
    expect(budget.bytes).toBeLessThanOrEqual(100_000);

    for (let count = 0; count < 100; count++) await callerOf(busy, body)('/busy');
    expect(idle.length).toBe(0);
    expect(budget.bytes).toBe(busy.bytes);
    expect((await idsOf(busy)).at(-1)).toBe(120);
    expect(budget.bytes).toBeLessThanOrEqual(100_000);
  });

  it('judge idleness by the last call, not the first', async () => {
    const budget = new JournalBudget({ maxBytes: 40_000 });
    const [first, second] = [openJournal({ budget }), openJournal({ budget })];
    const body = 'x'.repeat(1000);
    for (let count = 0; count < 5; count++) await callerOf(first, body)('/');
    for (let count = 0; count < 5; count++) await callerOf(second, body)('/');
    for (let count = 0; count < 10; count++) await callerOf(first, body)('/');
    expect(second.length).toBe(0);
    expect(first.length).toBeGreaterThan(10);
  });

  it('lose their entries in the order in which they were last called', async () => {
    const budget = new JournalBudget({ maxBytes: 40_000 });
    const journals = [1, 2, 3, 4].map(() => openJournal({ budget }));
    const [first, second, third, fourth] = journals as [Journal, Journal, Journal, Journal];
    const lengths = (): number[] => journals.map(({ length }) => length);
    const call = (journal: Journal): Promise<Answer> => callerOf(journal, 'x'.repeat(4000))('/');
    for (const journal of journals) await call(journal);
    // What it has recorded stays, and counts no longer.
    third.dispose();
    await call(second);
    expect(lengths()).toEqual([1, 2, 1, 1]);
    await call(fourth);
    expect(lengths()).toEqual([0, 2, 1, 2]);
    await call(fourth);
    expect(lengths()).toEqual([0, 1, 1, 3]);
    await call(first);
    expect(lengths()).toEqual([1, 0, 1, 3]);
    expect(budget.bytes).toBe(first.bytes + fourth.bytes);
  });

  it('all lose their entries to one that goes on, wherever it stood', async () => {
    const budget = new JournalBudget({ maxBytes: 40_000 });
    const journals = [1, 2, 3].map(() => openJournal({ budget }));
    for (const journal of journals) await callerOf(journal, 'x'.repeat(4000))('/');
    for (let count = 0; count < 6; count++) await callerOf(journals[1]!, 'x'.repeat(4000))('/');
    expect(journals.map(({ length }) => length)).toEqual([0, 4, 0]);
  });

  it('give back what they held when they are cleared or disposed of', async () => {
    const budget = new JournalBudget({ maxBytes: MIB });
    const [cleared, disposed] = [openJournal({ budget }), openJournal({ budget })];
    await callerOf(cleared)('/');
    await callerOf(disposed)('/');
    expect(budget.bytes).toBeGreaterThan(0);
    cleared.clear();
    disposed.dispose();
    disposed.clear();
    expect(budget.bytes).toBe(0);
  });

  it('keep nothing of a call that is larger than all of it', async () => {
    const budget = new JournalBudget({ maxBytes: 1000 });
    const journal = openJournal({ budget });
    expect(await callerOf(journal, 'x'.repeat(5000))('/')).toMatchObject({ status: 200 });
    expect(journal.length).toBe(0);
    expect(budget.bytes).toBe(0);
  });
});
