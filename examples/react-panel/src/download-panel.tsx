import { useEffect, useState } from 'react';
import type { DownloadResponse, JobResponse } from 'modeldock/types';

interface Props {
  baseUrl: string;
  model: string;
  pollMs?: number;
}

/** Downloads a model and shows how far it is. */
export function DownloadPanel({ baseUrl, model, pollMs = 1000 }: Props) {
  const [answer, setAnswer] = useState<DownloadResponse>();

  useEffect(() => {
    const leaving = new AbortController();
    const { signal } = leaving;
    let timer: ReturnType<typeof setTimeout>;
    const download = `${baseUrl}/api/v1/models/download`;

    async function start() {
      const body = JSON.stringify({ model });
      const headers = { 'Content-Type': 'application/json' };
      show(await (await fetch(download, { method: 'POST', headers, body, signal })).json());
    }
    async function look(job: string) {
      show((await (await fetch(`${download}/status/${job}`, { signal })).json()) as JobResponse);
    }
    function show(next: DownloadResponse) {
      setAnswer(next);
      if (!('job_id' in next) || next.status === 'completed' || next.status === 'failed') return;
      timer = setTimeout(() => void look(next.job_id).catch(() => undefined), pollMs);
    }
    start().catch(() => undefined);
    return () => {
      leaving.abort();
      clearTimeout(timer);
    };
  }, [baseUrl, model, pollMs]);

  if (!answer) return <p>Asking for {model} …</p>;
  return (
    <section aria-label={model}>
      <h2>{model}</h2>
      <p role="status">{describe(answer)}</p>
      {'total_size_bytes' in answer && <progress max={1} value={shareOf(answer)} />}
    </section>
  );
}

function describe(answer: DownloadResponse): string {
  if (!('job_id' in answer)) return 'Installed';
  const percent = `${Math.round(100 * shareOf(answer))} %`;
  if (answer.status !== 'downloading') return `${answer.status} at ${percent}`;
  const end = 'estimated_completion' in answer ? answer.estimated_completion : undefined;
  const left = end === undefined ? '' : `, ${Math.round((new Date(end).getTime() - Date.now()) / 1000)} s left`;
  return `downloading ${percent}${left}`;
}

/** Released servers answer the request itself without counters. */
function shareOf(answer: DownloadResponse): number {
  return 'downloaded_bytes' in answer ? answer.downloaded_bytes / answer.total_size_bytes : 0;
}
