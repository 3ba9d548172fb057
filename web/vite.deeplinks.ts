import type { Plugin } from 'vite';

/** Serves /p/{stream} from player.html in development, as web.go does in the binary; Vite does the rest of the console itself. */
export function deepLinks(): Plugin {
  return {
    name: 'vantage-deep-links',
    configureServer(server) {
      server.middlewares.use((req, _res, next) => {
        if (req.url?.startsWith('/p/')) req.url = '/player.html';
        next();
      });
    },
  };
}
