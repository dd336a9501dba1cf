import { expect, test } from '../../../src/runners/playwright.js';
import { openPanel } from './panel.js';

test.use({ lmOptions: { server: process.env.MODELDOCK_URL ?? '' } });

const rounds = Number(process.env.SESSIONS);

for (let index = 1; index <= rounds; index++) {
  test(`has a session of its own on the server, ${index}`, async ({ page, lm }) => {
    await openPanel(page, 'simulate/steady', index % 2 === 0 ? lm.url : undefined);
    const job = await lm.expectDownload('simulate/steady');
    await job.goTo(`${index}%`);
    await expect(page.getByText(`downloading ${index} %`)).toBeVisible();
    expect(await lm.control.jobs.list()).toHaveLength(1);
  });
}
