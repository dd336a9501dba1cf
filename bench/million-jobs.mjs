// Measures a million simulated jobs: their memory, running timers, and the cost of one status. Needs node --expose-gc.
import { createSimulator } from '../dist/simulator/simulator.js';
import { MemoryStore } from '../dist/stores/memory.js';
import { judgedRow, row } from './report.mjs';

const JOBS = 1_000_000;
let now = Date.now();
const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
const heap = () => {
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed / 1e6;
};

const timersBefore = timers();
const { engine } = createSimulator({ clock: { now: () => now }, makeStore: (jobs) => new MemoryStore(jobs) });
const before = heap();
const ids = [];
for (let index = 0; index < JOBS; index++) {
  // Wall clocks advance; jobs of the same millisecond would share more than real ones do.
  now += index % 3;
  const job = await engine.start({ model: { source: 'catalog', id: `simulate/slow-run-${index}` } });
  ids.push(job.id);
}
const grown = heap() - before;

now += 60_000;
const LOOKS = 2_000_000;
for (let look = 0; look < 200_000; look++) await engine.status(ids[(look * 7919) % JOBS]);
const began = performance.now();
let sum = 0;
for (let look = 0; look < LOOKS; look++) sum += (await engine.status(ids[(look * 7919) % JOBS])).downloadedBytes;
const microseconds = ((performance.now() - began) * 1000) / LOOKS;
if (!(sum > 0)) throw new Error('Cannot measure: no job had any bytes.');

console.log('\nA million simulated jobs');
judgedRow('heap growth, their ids in an array included', grown, { atMost: 400, unit: ' MB', digits: 0 });
judgedRow('timers', timers() - timersBefore, { atMost: 0, digits: 0 });
row('one status through the engine and its store, random order', `${microseconds.toFixed(2)} µs`);

const { snapshotAt } = await import('../dist/simulator/job.js');
const store = new MemoryStore();
const { engine: small } = createSimulator({ clock: { now: () => now }, makeStore: () => store });
const { id } = await small.start({ model: { source: 'catalog', id: 'simulate/slow' } });
const job = await store.get(id);
for (let look = 0; look < 200_000; look++) sum += snapshotAt(job, now + look).downloadedBytes;
const beganSnapshots = performance.now();
for (let look = 0; look < LOOKS; look++) sum += snapshotAt(job, now + look).downloadedBytes;
const snapshotMicroseconds = ((performance.now() - beganSnapshots) * 1000) / LOOKS;
judgedRow('one snapshot of one job', snapshotMicroseconds, { atMost: 0.5, unit: ' µs' });
