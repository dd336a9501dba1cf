import { defineConfig } from '@playwright/test';

const executablePath = process.env.CHROMIUM;

export default defineConfig({
  testDir: 'pages',
  use: {
    baseURL: 'http://localhost:5199',
    ...(executablePath && { launchOptions: { executablePath, args: ['--no-sandbox'] } }),
  },
  webServer: { command: 'npx vite --port 5199 --strictPort', url: 'http://localhost:5199' },
});
