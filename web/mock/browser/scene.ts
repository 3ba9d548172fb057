/** A drawn street with a car and people that move as the plan of the mock server says. One canvas serves all players of a name. */
const scenes = new Map<string, MediaStream>();

export function scene(name: string): MediaStream {
  const known = scenes.get(name);
  if (known) return known;
  const canvas = document.createElement('canvas');
  const narrow = name === 'plaza';
  canvas.width = narrow ? 768 : 1280;
  canvas.height = narrow ? 576 : 720;
  const g = canvas.getContext('2d');
  if (!g) throw new Error('mock: no 2d context');
  const hue = [...name].reduce((a, c) => (a * 31 + c.charCodeAt(0)) % 360, 7);
  const grain = Array.from({ length: 900 }, (_, i) => ({ x: (i * 7919) % 1280, y: 230 + ((i * 104729) % 490), r: 1 + (i % 3) }));
  const paint = () => {
    const now = Date.now();
    g.save();
    g.scale(canvas.width / 1280, canvas.height / 720);
    const sky = g.createLinearGradient(0, 0, 0, 250);
    sky.addColorStop(0, `hsl(${hue} 18% 34%)`);
    sky.addColorStop(1, `hsl(${hue} 14% 58%)`);
    g.fillStyle = sky;
    g.fillRect(0, 0, 1280, 250);
    for (let i = 0; i < 9; i++) {
      const h = 90 + ((i * 53 + hue) % 120);
      g.fillStyle = `hsl(${(hue + i * 9) % 360} 10% ${24 + ((i * 7) % 14)}%)`;
      g.fillRect(i * 150 - 20, 250 - h, 132, h);
      g.fillStyle = 'rgba(255,235,190,.35)';
      for (let w = 0; w < 8; w++) g.fillRect(i * 150 + (w % 4) * 28, 262 - h + Math.floor(w / 4) * 34, 12, 16);
    }
    const road = g.createLinearGradient(0, 250, 0, 720);
    road.addColorStop(0, '#5b5e60');
    road.addColorStop(1, '#3d4042');
    g.fillStyle = road;
    g.fillRect(0, 250, 1280, 470);
    g.fillStyle = 'rgba(0,0,0,.14)';
    for (const s of grain) g.fillRect(s.x, s.y, s.r, s.r);
    g.fillStyle = '#d8d6cc';
    for (let x = -60 + (hue % 60); x < 1280; x += 150) g.fillRect(x, 500, 80, 6);
    for (let i = 0; i < 3; i++) {
      const t = now / 6000 + i * 2.1;
      const x = 560 + 420 * Math.sin(t);
      const y = 330 + 120 * Math.cos(t * 0.7);
      g.fillStyle = 'rgba(0,0,0,.3)';
      g.beginPath();
      g.ellipse(x + (i === 1 ? 75 : 30), y + (i === 1 ? 84 : 120), i === 1 ? 80 : 26, 8, 0, 0, 7);
      g.fill();
      if (i === 1) {
        g.fillStyle = `hsl(${(hue + 180) % 360} 45% 42%)`;
        g.beginPath();
        g.roundRect(x, y + 30, 150, 46, 12);
        g.roundRect(x + 26, y, 92, 40, 14);
        g.fill();
        g.fillStyle = '#16191c';
        for (const wx of [34, 116]) {
          g.beginPath();
          g.arc(x + wx, y + 76, 13, 0, 7);
          g.fill();
        }
      } else {
        g.fillStyle = i === 0 ? '#23303f' : '#5a3340';
        g.beginPath();
        g.roundRect(x + 14, y + 24, 32, 54, 12);
        g.fill();
        const swing = 9 * Math.sin(now / 130 + i);
        g.fillStyle = '#1c2026';
        g.fillRect(x + 20 + swing / 2, y + 74, 9, 44);
        g.fillRect(x + 32 - swing / 2, y + 74, 9, 44);
        g.fillStyle = '#caa58a';
        g.beginPath();
        g.arc(x + 30, y + 13, 11, 0, 7);
        g.fill();
      }
    }
    g.restore();
  };
  paint();
  setInterval(paint, narrow ? 100 : 33);
  const media = canvas.captureStream(narrow ? 10 : 30);
  scenes.set(name, media);
  return media;
}
