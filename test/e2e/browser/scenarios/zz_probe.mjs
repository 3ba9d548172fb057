export default async function ({ context, params }) {
  await context.addInitScript(() => { const R = window.RTCPeerConnection; window.RTCPeerConnection = class extends R { constructor(...a) { super(...a); window.pcs = [...(window.pcs ?? []), this]; } }; });
  const page = await context.newPage();
  await page.goto(`${params.base}/p/${params.stream}?controls=0&rendition=${params.rendition}`);
  await page.waitForTimeout(9000);
  return page.evaluate(async () => {
    const pc = window.pcs.at(-1);
    const all = [...(await pc.getStats()).values()];
    return { offer: pc.localDescription.sdp, sdp: pc.remoteDescription.sdp, s: all.filter((e) => /remote-outbound|inbound/.test(e.type)), now: Date.now() };
  });
}
