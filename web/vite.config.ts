import react from "@vitejs/plugin-react";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

import { themeStyles } from "./src/ui/themeStyles.ts";

/** Mantine writes its variables into a style element at run time; the page allows none, so they become a file here. */
const themeAsFile = (): Plugin => ({
  name: "theme-as-file",
  resolveId: (id) => (id === "virtual:theme.css" ? "\0virtual:theme.css" : null),
  load: (id) => (id === "\0virtual:theme.css" ? themeStyles() : null),
});

/** A gzipped twin beside every script and style sheet, as they lie on the disk in the end. */
const twins = (): Plugin => ({
  name: "twins",
  apply: "build",
  writeBundle({ dir = "" }, bundle) {
    for (const file of Object.keys(bundle).filter((name) => /\.(?:js|css)$/.test(name))) {
      writeFileSync(join(dir, `${file}.gz`), gzipSync(readFileSync(join(dir, file)), { level: 9 }));
    }
  },
});

const server = process.env.LABELGRAFT_URL ?? "http://127.0.0.1:8765";

export default defineConfig({
  plugins: [react(), themeAsFile(), twins()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: { proxy: { "/api": server, "/start": server } },
  build: {
    outDir: "../src/labelgraft/server/web",
    emptyOutDir: true,
    // Nothing may be a data: address, which the page's policy forbids.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    rolldownOptions: {
      output: {
        // A few files rather than seventy crumbs: browsers ask for six at a time.
        codeSplitting: {
          groups: [
            {
              name: "libraries",
              test: /node_modules\/(?!.*(?:recharts|@mantine\/charts|d3-|victory|redux|immer|es-toolkit|decimal))/,
            },
            { name: "base", test: /\/src\/(?:ui|store|api|shapes)\//, minShareCount: 3 },
          ],
        },
        // Named for the room a screen lies in; every screen's file is called Screen.
        chunkFileNames: ({ facadeModuleId, name }) =>
          `assets/${/src\/(\w+)\/Screen\.tsx$/.exec(facadeModuleId ?? "")?.[1] ?? name}-[hash].js`,
      },
    },
    target: "es2022",
    chunkSizeWarningLimit: 1000,
  },
  test: { include: ["src/**/*.test.ts", "src/**/*.test.tsx"], pool: "threads" },
});
