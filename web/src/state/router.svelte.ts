import { parseRoute, type Route } from '../lib/route';

/** Where the console is. Links are plain anchors: {@link Router.onClick} takes over those that stay inside. */
class Router {
  route = $state<Route>(parseRoute(location.pathname));

  constructor() {
    addEventListener('popstate', () => this.#read());
  }

  go(path: string): void {
    if (path !== location.pathname + location.search) history.pushState(null, '', path);
    this.#read();
    scrollTo(0, 0);
  }

  onClick = (e: MouseEvent): void => {
    if (e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
    const a = (e.target as Element | null)?.closest('a');
    if (!a || a.target || a.hasAttribute('download') || a.origin !== location.origin) return;
    const to = parseRoute(a.pathname);
    if (to.page === 'unknown') return; // the server's own pages: /docs, /p/…
    e.preventDefault();
    this.go(a.pathname);
  };

  #read(): void {
    this.route = parseRoute(location.pathname);
  }
}

export const router = new Router();
