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
    rolldownOptions: {
      output: {
        codeSplitting: {
          // A page and what is opened from it are chunks of their own; what most of them share comes in one piece, and
          // the small pictures in another: dozens of files of a few hundred bytes pack badly and cost a request each.
          includeDependenciesRecursively: false,
          groups: [
            { name: 'base', minShareCount: 34 },
            { name: 'icons', test: /icons-react/, minShareCount: 4 },
          ],
        },
      },
    },
  },
});
