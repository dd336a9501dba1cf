import { expect, it, onTestFinished } from 'vitest';
import { createDock, createSessions } from '../../src/index.js';

// In a file of its own: the control is loaded once per process.
it('the first calls of a control in a process keep their order while it loads', async () => {
  const dock = createDock({ now: 0, speed: 0 });
  onTestFinished(() => dock.close());
  const [before, , polled, , reset] = await Promise.all([
    dock.clock.get(),
    dock.clock.set({ mode: 'polls', stepMs: 1000 }),
    dock.clock.get(),
    dock.reset(),
    dock.clock.get(),
  ]);
  expect([before, polled, reset].map(({ mode }) => mode)).toEqual(['frozen', 'polls', 'frozen']);
});

it('a session is kept while the control of its wait loads', async () => {
  const sessions = createSessions({ limit: 1 });
  const waiting = sessions.open('one').jobs.waitFor({ model: 'simulate/*' });
  expect(() => sessions.open('two')).toThrow('expected fewer than 1 sessions in use');
  sessions.close();
  await expect(waiting).rejects.toThrow();
});
