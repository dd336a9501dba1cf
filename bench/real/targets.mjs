import { row } from '../processes.mjs';

/** Of the time that the other takes in the same setting. */
const ratios = [
  { setting: 'unthrottled', against: 'curl', atMost: 1.1 },
  { setting: 'throttled', against: 'aria2', atMost: 0.6 },
];
const MEMORY_BYTES = 120e6;

/** Prints what was to be reached beside what was; false when any of it was not. What was not measured is not judged. */
export function judge(results, { idle, size, median }) {
  let reached = true;
  const say = (what, figure, shown, atMost, target) => {
    reached &&= figure <= atMost;
    row(what, shown, `${target}${figure <= atMost ? '' : '  NOT REACHED'}`);
  };
  console.log('');
  for (const { setting, against, atMost } of ratios) {
    const runs = results[setting];
    if (!runs?.modeldock || !runs[against]) continue;
    const ratio = wall(runs.modeldock, median) / wall(runs[against], median);
    say(`${setting}: modeldock against ${against}, wall time`, ratio, ratio.toFixed(2), atMost, `at most ${atMost}`);
  }
  for (const [setting, runs] of Object.entries(results)) {
    if (!runs.modeldock || idle === undefined) continue;
    const above = Math.max(...runs.modeldock.map(({ peakBytes }) => peakBytes)) - idle;
    const what = `${setting}: memory above idle, ${Math.round(size / 1024 ** 2)} MiB`;
    say(what, above, `${(above / 1e6).toFixed(0)} MB`, MEMORY_BYTES, `at most ${MEMORY_BYTES / 1e6} MB`);
  }
  return reached;
}

const wall = (runs, median) => median(runs.map(({ wallSeconds }) => wallSeconds));
