import { expect, test, type Page } from '@playwright/test';

const stories = {
  'half-way': /^downloading 42 %, \d+ s left$/,
  paused: /^paused at \d+ %$/,
  stalled: /^downloading \d+ %$/,
  failed: /^failed at \d+ %$/,
  completed: /^completed at 100 %$/,
};

async function pictureOf(page: Page, story: string, text: RegExp): Promise<Buffer> {
  await page.goto(`/iframe.html?id=downloadpanel--${story}&viewMode=story`);
  await expect(page.getByText(text)).toBeVisible();
  return page.locator('#storybook-root').screenshot();
}

for (const [story, text] of Object.entries(stories)) {
  test(`the story ${story} makes the same picture twice`, async ({ page }) => {
    const first = await pictureOf(page, story, text);
    expect(await pictureOf(page, story, text)).toEqual(first);
  });
}

test('all stories are alive on the docs page', async ({ page }) => {
  await page.goto('/iframe.html?id=downloadpanel--docs&viewMode=docs');
  for (const text of Object.values(stories)) await expect(page.getByText(text).first()).toBeVisible();
});
