import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const hub = process.env.TENON_HUB ?? 'http://127.0.0.1:3000'

/** Built into `console/dist`, which the hub serves; `vite` alone serves it with a proxy to a hub that runs beside it. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2022', modulePreload: { polyfill: false } },
  server: { proxy: { '/api': hub, '/health': hub, '/ready': hub } },
})
