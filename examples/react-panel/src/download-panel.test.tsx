// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import { createTest, test } from 'modeldock/vitest';
import { afterEach, expect } from 'vitest';
import { DownloadPanel } from './download-panel';

afterEach(cleanup);

test('shows how far a download is, and when it will be there', async ({ lm }) => {
  render(<DownloadPanel baseUrl={lm.url} model="simulate/steady" pollMs={20} />);
  const job = await lm.expectDownload('simulate/steady');
  await job.goTo('42%');
  await screen.findByText('downloading 42 %, 6 s left');
  await job.goTo('completed');
  await screen.findByText('completed at 100 %');
});

test('shows a download that fails half way', async ({ lm }) => {
  render(<DownloadPanel baseUrl={lm.url} model="simulate/fails-at-50" pollMs={20} />);
  const job = await lm.expectDownload('simulate/fails-at-50');
  await job.goTo('failed');
  await screen.findByText('failed at 50 %');
});

const released = createTest({ profile: 'lmstudio-0.4' });

released('shows 0 % where a released server leaves the counters out', async ({ lm }) => {
  render(<DownloadPanel baseUrl={lm.url} model="simulate/steady" pollMs={60_000} />);
  await screen.findByText('downloading 0 %');
  expect(screen.getByRole('progressbar')).toHaveProperty('value', 0);
});
