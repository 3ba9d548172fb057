// The page at /p/{stream}: the player over the whole window. ?rendition= chooses a rendition, ?sound=1 begins with sound, ?controls=0 hides the
// buttons. A token comes in the fragment (#token=…), which browsers send to no server.
import './element';

const name = decodeURIComponent(location.pathname.replace(/^\/p\//, '').replace(/\/+$/, ''));
const query = new URLSearchParams(location.search);
const token = new URLSearchParams(location.hash.slice(1)).get('token');
const rendition = query.get('rendition');

const player = document.createElement('vantage-player');
player.setAttribute('src', `/whep/${encodeURIComponent(name)}${rendition ? `?rendition=${encodeURIComponent(rendition)}` : ''}`);
if (query.get('sound') !== '1') player.setAttribute('muted', '');
if (query.get('controls') !== '0') player.setAttribute('controls', '');
if (token) player.setAttribute('token', token);
document.title = `${name} · Vantage`;
document.body.append(player);
