import type { DownloaderMetrics } from '../../core/downloader.js';

/** As Prometheus asks for it: the text exposition format. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

type JobCounts = DownloaderMetrics['jobs'];

/** What an engine has counted, in the text exposition format. */
export function describeMetrics(metrics: DownloaderMetrics): string {
  return [
    counter('downloaded_bytes_total', 'Bytes received from the hub.', metrics.downloadedBytes),
    counter('hashed_bytes_total', 'Bytes whose digest has been computed.', metrics.hashedBytes),
    counter('retries_total', 'Requests for bytes that were made again.', metrics.retries),
    counter('stalls_total', 'Requests for bytes that fell silent and were given up.', metrics.stalls),
    counter('url_renewals_total', 'Signed URLs that were asked for again.', metrics.renewals),
    gauge('bytes_per_second', 'Speed of all downloads together.', metrics.bytesPerSecond),
    gauge('connections', 'Requests for bytes that are open.', metrics.connections),
    describeJobs(metrics.jobs),
  ].join('');
}

/** How many jobs there are in each state, and each phase of one that is downloading. */
export function describeJobs(jobs: JobCounts): string {
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

/** A value's back slashes, quotes and line feeds are escaped. */
function label(name: string, value: string): string {
  return `${name}="${value.replace(/[\\"]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`)}"`;
}
