import { defineConfig } from '@playwright/test';

// Run by test/runners/playwright.test.ts, which says where the browser and the server are.
export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  outputDir: process.env.PLAYWRIGHT_RESULTS ?? 'results',
  fullyParallel: true,
  workers: 2,
  reporter: [['json']],
  use: { launchOptions: { executablePath: process.env.CHROMIUM ?? '', args: ['--no-sandbox'] } },
});
