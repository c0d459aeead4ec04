import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const server = process.env.CHATTER_SERVER ?? 'http://localhost:5000';

// The server owns these paths. /login, /register and /invites are shared: the
// page is ours, the form target is the server's, so only their GETs stay here.
const page = {
  target: server,
  bypass: (request: { method?: string }) => (request.method === 'GET' ? '/index.html' : undefined),
};

export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2022',
    // The content security policy allows data: only for images; one file per
    // asset keeps fonts and styles out of it.
    assetsInlineLimit: 0,
  },
  server: {
    port: 5173,
    strictPort: true,
    // The documents for developers of apps are the project's.
    fs: { allow: ['.', '../docs'] },
    proxy: {
      '/api': server,
      '/login': page,
      '/register': page,
      '/logout': server,
      '/join': server,
      '/servers': server,
      '/apps': server,
      '/invites': page,
      '/webhooks': server,
      '/widgets': server,
      '/oauth': server,
      '/proxy': server,
      '/uploads': server,
      '/socket.io': { target: server, ws: true },
    },
  },
  test: {
    include: ['src/**/*.test.ts'],
    environment: 'node',
  },
});
