import react from '@vitejs/plugin-react';
import { modeldock } from 'modeldock/vite';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [react(), modeldock({ path: '/lmstudio' })],
  test: { include: ['src/**/*.test.tsx'] },
});
