import { defineConfig } from '@playwright/test';

const executablePath = process.env.CHROMIUM;

// Looks at the built Storybook: npm run build-storybook && npm run test:stories
export default defineConfig({
  testDir: 'stories',
  use: {
    baseURL: 'http://localhost:5198',
    ...(executablePath && { launchOptions: { executablePath, args: ['--no-sandbox'] } }),
  },
  webServer: {
    command: 'npx vite preview --outDir storybook-static --port 5198 --strictPort',
    url: 'http://localhost:5198',
  },
});
