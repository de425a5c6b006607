import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [svelte()],
  clearScreen: false,
  server: { port: 1420, strictPort: true, host: "127.0.0.1" },
  preview: { host: "127.0.0.1" },
  build: {
    target: "safari16",
    outDir: "dist",
    emptyOutDir: true,
    // The content security policy allows fonts from 'self' only, so nothing may be inlined as data:.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
  },
  // Without the browser condition vitest would load the server build of Svelte.
  resolve: process.env.VITEST ? { conditions: ["browser"] } : undefined,
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.ts", "eslint/**/*.test.js"],
    setupFiles: ["dev/test-setup.ts"],
    testTimeout: 60_000,
  },
});
