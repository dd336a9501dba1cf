import { expect, it } from 'vitest';
import { openFaultWorld } from './fault-world.js';

// In a file of its own: what plays faults is loaded once per process, and the first call must not wait for it.
it('the first fault that is played in a process does not let later calls overtake', async () => {
  const { add, dock, post } = openFaultWorld({ jobIds: ['first', 'second'] });
  await add({ effect: { type: 'truncated', after: { bytes: 5 } }, times: 1 });
  const download = (model: string): Promise<unknown> =>
    post('/api/v1/models/download', { model }).then((response) => response.text().catch(() => 'cut off'));
  const earlier = download('simulate/slow-run-earlier');
  await new Promise(setImmediate);
  await Promise.all([earlier, download('simulate/slow-run-later')]);
  const jobs = await dock.jobs.list();
  expect(jobs.map(({ id, model }) => [id, model])).toEqual([
    ['first', 'simulate/slow-run-earlier'],
    ['second', 'simulate/slow-run-later'],
  ]);
});
