import { playing } from '../measure.mjs';

// Publishes this browser's (fake) camera and microphone by WHIP, watches them by WHEP on another page, and keeps both up until the file `until` appears.
import { existsSync } from 'node:fs';

export default async function ({ open, shot, params }) {
  const publisher = await open('/p/not-watched');
  const offered = await publisher.evaluate(
    async ({ stream, codec }) => {
      const media = await navigator.mediaDevices.getUserMedia({ video: { width: 1280, height: 720, frameRate: 30 }, audio: true });
      const pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
      window.pc = pc;
      for (const track of media.getTracks()) {
        const t = pc.addTransceiver(track, { direction: 'sendonly' });
        if (track.kind !== 'video') continue;
        const all = RTCRtpSender.getCapabilities('video').codecs;
        const wanted = all.filter((c) => c.mimeType === `video/${codec}`);
        if (wanted.length === 0) return { sorry: `this browser does not send ${codec}` };
        t.setCodecPreferences([...wanted, ...all.filter((c) => /rtx/.test(c.mimeType))]);
      }
      await pc.setLocalDescription(await pc.createOffer());
      const resp = await fetch(`/whip/${stream}`, { method: 'POST', headers: { 'Content-Type': 'application/sdp' }, body: pc.localDescription.sdp });
      if (resp.status !== 201) return { status: resp.status, body: await resp.text() };
      window.resource = new URL(resp.headers.get('Location'), location.href).href;
      await pc.setRemoteDescription({ type: 'answer', sdp: await resp.text() });
      return { status: resp.status };
    },
    { stream: params.stream, codec: params.codec },
  );
  if (offered.sorry) return offered;
  if (offered.status !== 201) throw new Error(`WHIP: ${offered.status} ${offered.body}`);
  await publisher.waitForFunction(() => window.pc.connectionState === 'connected');

  const viewer = await open(`/p/${params.stream}?sound=1`);
  await viewer.evaluate(() => document.querySelector('vantage-player').addEventListener('stats', (e) => (window.lastStats = e.detail)));
  await playing(viewer, 'vantage-player');
  await viewer.waitForFunction(() => window.lastStats?.fps > 5 && window.lastStats?.audioBitrateBPS > 1000, null, { timeout: 20_000 });
  await shot(viewer, `whip-${params.codec}`);
  const found = await viewer.evaluate(() => ({
    ...window.lastStats,
    sounds: document.querySelector('vantage-player').video.srcObject.getAudioTracks().length,
  }));

  // The other side of the test plays the stream by RTSP meanwhile.
  process.stderr.write('publishing\n');
  const until = Date.now() + params.hold;
  while (Date.now() < until && !existsSync(params.until)) await viewer.waitForTimeout(200);

  const gone = await publisher.evaluate(async () => (await fetch(window.resource, { method: 'DELETE' })).status);
  return { ...found, gone };
}
