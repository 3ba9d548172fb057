import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Plugin } from 'vite';
import { doctor, discovered, plan, probe, profiles, sessions, streams, version } from './data.ts';

/** How long the mock takes to probe and to discover, so that waiting can be seen. */
const thinking = 900;

const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

async function body(req: IncomingMessage): Promise<Record<string, unknown>> {
  let text = '';
  for await (const chunk of req) text += String(chunk);
  return text ? (JSON.parse(text) as Record<string, unknown>) : {};
}

function send(res: ServerResponse, status: number, value?: unknown): void {
  res.statusCode = status;
  res.setHeader('Content-Type', status >= 400 ? 'application/problem+json' : 'application/json');
  res.end(value === undefined ? undefined : JSON.stringify(value));
}

function events(req: IncomingMessage, res: ServerResponse, every: number, next: () => [string, unknown]): void {
  res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  const timer = setInterval(() => {
    const [event, data] = next();
    res.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }, every);
  req.on('close', () => clearInterval(timer));
}

/**
 * Answers the HTTP API of `vantage serve` with made-up cameras, for work on pages without a server: `npm run dev`. Pictures come from a peer
 * connection inside the page (browser/whep.ts), so that players and statistics are real. A page opened with `?scene=empty` sees a fresh server.
 */
export function mock(): Plugin {
  const list = streams();
  return {
    name: 'vantage-mock',
    transformIndexHtml: {
      order: 'pre',
      handler: () => [{ tag: 'script', attrs: { type: 'module', src: '/mock/browser/whep.ts' }, injectTo: 'head-prepend' }],
    },
    configureServer(server) {
      server.middlewares.use((req, res, next) => {
        const url = new URL(req.url ?? '/', 'http://mock');
        if (url.pathname === '/healthz' || url.pathname === '/readyz') return send(res, 200, {});
        if (!url.pathname.startsWith('/v1/')) return next();
        const empty = (req.headers.referer ?? '').includes('scene=empty');
        const at = url.pathname.slice('/v1/'.length).split('/').map(decodeURIComponent);
        void (async () => {
          const route = `${req.method} ${at[0]}${at[1] && at[0] === 'discover' ? '/profiles' : at[2] ? `/*/${at[2]}` : at[1] ? '/*' : ''}`;
          const found = list.find((s) => s.name === at[1]);
          switch (route) {
            case 'GET version':
              return send(res, 200, version);
            case 'GET doctor':
              return send(res, 200, doctor);
            case 'GET streams':
              return send(res, 200, { streams: empty ? [] : list });
            case 'GET streams/*':
              return found ? send(res, 200, found) : send(res, 404, { title: 'Not Found', status: 404, detail: `there is no stream named ${at[1]}` });
            case 'POST streams': {
              const want = (await body(req)) as { name: string; source: { url: string } };
              const made = { ...streams()[0]!, name: want.name, origin: 'api' as const };
              list.push(made);
              return send(res, 201, made);
            }
            case 'DELETE streams/*':
              list.splice(0, list.length, ...list.filter((s) => s !== found));
              return send(res, 204);
            case 'GET streams/*/regions':
              return events(req, res, 100, () => ['plan', plan(Date.now())]);
            case 'GET events':
              return events(req, res, 1000, () => ['stream', { ...list[0]!, bitrate_bps: 2.1e6 + 3e5 * Math.sin(Date.now() / 3000) }]);
            case 'GET sessions':
              return send(res, 200, { sessions: empty ? [] : sessions() });
            case 'DELETE sessions/*':
              return send(res, 204);
            case 'POST probe': {
              const want = (await body(req)) as { url: string };
              await sleep(thinking);
              return send(res, 200, probe(want.url));
            }
            case 'POST discover':
              await sleep(thinking);
              return send(res, 200, { cameras: discovered });
            case 'POST discover/profiles':
              await sleep(thinking / 2);
              return send(res, 200, { profiles });
            default:
              return send(res, 404, { title: 'Not Found', status: 404, detail: `the mock has no ${route}` });
          }
        })();
      });
    },
  };
}
