import type { DownloaderMetrics } from '../../core/downloader.js';

type JobCounts = DownloaderMetrics['jobs'];

/** Formats an engine's counters in Prometheus' text exposition format. */
export function describeMetrics(metrics: DownloaderMetrics): string {
  return [
    counter('downloaded_bytes_total', 'Bytes received from the hub.', metrics.downloadedBytes),
    counter('hashed_bytes_total', 'Bytes whose digest has been computed.', metrics.hashedBytes),
    counter('retries_total', 'Repeated requests for bytes.', metrics.retries),
    counter('stalls_total', 'Requests for bytes that stopped sending and were abandoned.', metrics.stalls),
    counter('url_renewals_total', 'Signed URLs that were requested again.', metrics.renewals),
    gauge('bytes_per_second', 'Speed of all downloads together.', metrics.bytesPerSecond),
    gauge('connections', 'Open requests for bytes.', metrics.connections),
    describeJobCounts(metrics.jobs),
  ].join('');
}

/** Formats how many jobs are in each state, and those that are downloading by their phase. */
export function describeJobCounts(jobs: JobCounts): string {
  const samples = jobs.map(
    ({ state, phase, count }) =>
      `${PREFIX}jobs{${label('state', state)}${phase === undefined ? '' : `,${label('phase', phase)}`}} ${count}\n`,
  );
  return `${head('jobs', 'gauge', 'Downloads by their state, and by their phase while they are downloading.')}${samples.join('')}`;
}

const PREFIX = 'modeldock_';

function counter(name: string, help: string, value: number): string {
  return `${head(name, 'counter', help)}${PREFIX}${name} ${value}\n`;
}

function gauge(name: string, help: string, value: number): string {
  return `${head(name, 'gauge', help)}${PREFIX}${name} ${value}\n`;
}

function head(name: string, type: 'counter' | 'gauge', help: string): string {
  return `# HELP ${PREFIX}${name} ${help}\n# TYPE ${PREFIX}${name} ${type}\n`;
}

/** Formats a label of a sample, with backslashes, quotes and line feeds escaped. */
function label(name: string, value: string): string {
  return `${name}="${value.replace(/[\\"]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`)}"`;
}
