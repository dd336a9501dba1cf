import { judgedRow, median } from '../report.mjs';

/** As a share of the wall time that the other takes in the same setting. */
const ratios = [
  { setting: 'unthrottled', against: 'curl', atMost: 1 },
  { setting: 'throttled', against: 'aria2', atMost: 0.5 },
];
const PROCESSOR_SECONDS = { setting: 'unthrottled', atMost: 3.5 };
const MEMORY_MB = 100;

/** Prints the figures beside their targets; false if one is missed. Figures that were not measured are not judged. */
export function judge(results, { idle, size }) {
  const reached = [];
  console.log('');
  for (const { setting, against, atMost } of ratios) {
    const runs = results[setting];
    if (!runs?.modeldock || !runs[against]) continue;
    const ratio = medianOf(runs.modeldock, 'wallSeconds') / medianOf(runs[against], 'wallSeconds');
    reached.push(judgedRow(`${setting}: modeldock, times ${against}, wall time`, ratio, { atMost }));
  }
  const { setting, atMost } = PROCESSOR_SECONDS;
  if (results[setting]?.modeldock) {
    const seconds = medianOf(results[setting].modeldock, 'cpuSeconds') / (size / 1024 ** 3);
    reached.push(judgedRow(`${setting}: processor time per GiB`, seconds, { atMost, unit: ' s' }));
  }
  for (const [setting, runs] of Object.entries(results)) {
    if (!runs.modeldock || idle === undefined) continue;
    const above = (Math.max(...runs.modeldock.map(({ peakBytes }) => peakBytes)) - idle) / 1e6;
    const what = `${setting}: memory above idle, ${Math.round(size / 1024 ** 2)} MiB`;
    reached.push(judgedRow(what, above, { atMost: MEMORY_MB, unit: ' MB', digits: 0 }));
  }
  return !reached.includes(false);
}

const medianOf = (runs, figure) => median(runs.map((run) => run[figure]));
