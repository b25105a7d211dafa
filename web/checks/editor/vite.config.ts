/** Builds the page with the editor alone: `npx vite build --config checks/editor/vite.config.ts --outDir <folder>`. */
import react from "@vitejs/plugin-react";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./",
  publicDir: false,
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("../../src", import.meta.url)) } },
  build: { assetsInlineLimit: 0, modulePreload: { polyfill: false }, target: "es2022" },
});
