import react from '@vitejs/plugin-react';
import mantine from 'postcss-preset-mantine';
import { defineConfig } from 'vite';
import { contractPlugin } from './vite.contract-plugin.ts';

export default defineConfig({
  plugins: [contractPlugin(), react()],
  css: { postcss: { plugins: [mantine()] } },
  build: {
    // A font in a data: URL would need a hole in the content security policy.
    assetsInlineLimit: 0,
    target: 'es2023',
    manifest: true,
    chunkSizeWarningLimit: 900,
  },
});
