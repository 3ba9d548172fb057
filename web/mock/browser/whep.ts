// A WHEP server inside the page, for development: it takes over fetch for /whep/ and answers with a peer connection that plays a drawn scene.
import { scene } from './scene';

const real = window.fetch.bind(window);
const peers = new Map<string, RTCPeerConnection>();
let next = 0;

const problem = (status: number, detail: string, hint?: string) =>
  new Response(JSON.stringify({ title: 'Refused', status, detail, hint }), { status, headers: { 'Content-Type': 'application/problem+json' } });

async function gathered(pc: RTCPeerConnection): Promise<void> {
  if (pc.iceGatheringState === 'complete') return;
  await new Promise<void>((done) => {
    pc.onicegatheringstatechange = () => pc.iceGatheringState === 'complete' && done();
    setTimeout(done, 500);
  });
}

async function open(name: string, rendition: string, offer: string): Promise<Response> {
  if (/^(loading-dock|roof-east|obs-studio)$/.test(name)) return problem(503, 'the camera is not connected');
  if (name === 'old-camera') return problem(406, 'this camera sends H.265, which this browser does not decode', 'ask for rendition roi');
  if (/nobody|unknown/.test(name)) return problem(404, `there is no stream named ${name}`);
  await new Promise((done) => setTimeout(done, 150));
  const pc = new RTCPeerConnection();
  await pc.setRemoteDescription({ type: 'offer', sdp: offer });
  for (const track of scene(name).getTracks()) {
    const sender = pc.addTrack(track);
    const p = sender.getParameters();
    for (const e of p.encodings ?? []) e.maxBitrate = rendition === 'roi' ? 700_000 : 1_200_000;
    void sender.setParameters(p).catch(() => undefined);
  }
  await pc.setLocalDescription(await pc.createAnswer());
  await gathered(pc);
  const id = String(++next);
  peers.set(id, pc);
  return new Response(pc.localDescription?.sdp ?? '', {
    status: 201,
    headers: { 'Content-Type': 'application/sdp', Location: `/whep-session/${id}`, ETag: `"${id}"` },
  });
}

window.fetch = async (input, init) => {
  const url = new URL(input instanceof Request ? input.url : String(input), location.href);
  const at = url.pathname.split('/').filter(Boolean);
  if (at[0] === 'whep' && init?.method === 'POST') {
    const resp = await open(decodeURIComponent(at[1] ?? ''), url.searchParams.get('rendition') ?? 'source', String(init.body));
    Object.defineProperty(resp, 'url', { value: url.href });
    return resp;
  }
  if (at[0] === 'whep-session') {
    const pc = peers.get(at[1] ?? '');
    if (init?.method === 'DELETE') pc?.close();
    if (init?.method === 'PATCH')
      for (const m of String(init.body).matchAll(/^a=(candidate:.*)$/gm))
        await pc?.addIceCandidate({ candidate: m[1], sdpMLineIndex: 0 }).catch(() => undefined);
    return new Response(null, { status: init?.method === 'DELETE' ? 200 : 204 });
  }
  return real(input, init);
};
