import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';

// Vite reads the default export.
// eslint-disable-next-line no-restricted-syntax
export default defineConfig({
  plugins: [react()],
  resolve: { conditions: ['@tracelab/source', ...defaultClientConditions] },
  build: { target: 'es2023', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { proxy: { '/api': process.env['HUB_URL'] ?? 'http://127.0.0.1:16686' } },
});
