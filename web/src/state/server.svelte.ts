import { api, type Version } from '../lib/api';

/** The port of an RTSP server that does not tell it. */
const usualRTSPPort = 8554;

/** What the server says of itself, asked once. */
class Server {
  version = $state<Version | null>(null);

  start(): void {
    api.version().then(
      (v) => (this.version = v),
      () => undefined, // the list of streams tells that the server is away
    );
  }

  /** The address of a stream for RTSP publishers and players, as seen from this browser. */
  rtsp(name: string): string {
    return `rtsp://${location.hostname}:${this.version?.rtsp_port ?? usualRTSPPort}/${name}`;
  }

  whip(name: string): string {
    return `${location.origin}/whip/${name}`;
  }
}

export const server = new Server();
