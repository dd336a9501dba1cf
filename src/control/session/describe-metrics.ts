import type { DownloaderMetrics } from '../../core/downloader.js';

type JobCounts = DownloaderMetrics['jobs'];

/** Describes what an engine has counted, in Prometheus' text exposition format. */
export function describeMetrics(metrics: DownloaderMetrics): string {
  return [
    counter('downloaded_bytes_total', 'Bytes received from the hub.', metrics.downloadedBytes),
    counter('hashed_bytes_total', 'Bytes whose digest has been computed.', metrics.hashedBytes),
    counter('retries_total', 'Requests for bytes that were made again.', metrics.retries),
    counter('stalls_total', 'Requests for bytes that fell silent and were given up.', metrics.stalls),
    counter('url_renewals_total', 'Signed URLs that were asked for again.', metrics.renewals),
    gauge('bytes_per_second', 'Speed of all downloads together.', metrics.bytesPerSecond),
    gauge('connections', 'Requests for bytes that are open.', metrics.connections),
    describeJobCounts(metrics.jobs),
  ].join('');
}

/** Describes how many jobs are in each state, and those that are downloading by their phase. */
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

/** A label of a sample, with the backslashes, quotes and line feeds of its value escaped. */
function label(name: string, value: string): string {
  return `${name}="${value.replace(/[\\"]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`)}"`;
}
