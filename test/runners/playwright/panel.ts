import type { Page } from '@playwright/test';

/** A page that downloads a model from LM Studio's address and shows how far it is, and how long it will take. */
export async function openPanel(page: Page, model: string, baseUrl = 'http://localhost:1234'): Promise<void> {
  await page.route('http://panel.example/', (route) => route.fulfill({ contentType: 'text/html', body: html }));
  await page.goto('http://panel.example/');
  await page.evaluate(`void watch(${JSON.stringify(baseUrl)}, ${JSON.stringify(model)})`);
}

const html = `<!doctype html><meta charset="utf-8"><title>Panel</title>
<p id="state">…</p><p id="left"></p><p id="clock"></p><progress max="1"></progress>
<script>
  async function watch(base, model) {
    const download = base + '/api/v1/models/download';
    const headers = { 'Content-Type': 'application/json' };
    const asked = await fetch(download, { method: 'POST', headers, body: JSON.stringify({ model }) });
    let job = await asked.json();
    show(job);
    for (;;) {
      if (job.status !== 'downloading' && job.status !== 'paused') return;
      await new Promise((resolve) => setTimeout(resolve, 50));
      try {
        const answer = await fetch(download + '/status/' + job.job_id);
        if (answer.ok) show((job = await answer.json()));
      } catch {
        document.querySelector('#state').textContent = 'no connection';
      }
    }
  }
  function show({ status, downloaded_bytes = 0, total_size_bytes, estimated_completion }) {
    const share = downloaded_bytes / total_size_bytes;
    document.querySelector('#state').textContent = status + ' ' + Math.round(share * 100) + ' %';
    document.querySelector('#clock').textContent = new Date().toISOString();
    document.querySelector('progress').value = share;
    const left = estimated_completion && Math.round((new Date(estimated_completion) - Date.now()) / 1000);
    document.querySelector('#left').textContent = left === undefined ? '' : left + ' s left';
  }
</script>`;
