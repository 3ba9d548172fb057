import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { mock } from './mock/plugin.ts';
import { deepLinks } from './vite.deeplinks.ts';

const entry = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** Where `npm run dev:server` finds a running `vantage serve`. */
const server = process.env.VANTAGE_URL ?? 'http://127.0.0.1:8080';

export default defineConfig(({ mode }) => ({
  plugins: [svelte(), deepLinks(), ...(mode === 'mock' ? [mock()] : [])],
  build: {
    target: 'es2023',
    outDir: 'dist',
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    // The policy sent with every page has no data: for scripts or styles, and fonts are better cached as files.
    assetsInlineLimit: 0,
    rollupOptions: {
      input: { console: entry('index.html'), page: entry('player.html'), player: entry('src/player/element.ts') },
      preserveEntrySignatures: 'exports-only',
      output: {
        // player.js has a stable name: other sites name it in a <script> tag.
        entryFileNames: (chunk) => (chunk.name === 'player' ? 'player.js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  server: {
    proxy:
      mode === 'mock' ? undefined : Object.fromEntries(['/v1', '/whep', '/whip', '/healthz', '/readyz', '/openapi.json'].map((p) => [p, server])),
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
}));
