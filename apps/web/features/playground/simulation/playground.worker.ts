import type { PageMessage } from './protocol.ts';
import { PlaygroundRunner } from './runner.ts';

const FRAME_MS = 33;

const runner = new PlaygroundRunner((message) => self.postMessage(message));
self.addEventListener('message', (event: MessageEvent<PageMessage>) => runner.receive(event.data));

let last = performance.now();
setInterval(() => {
  const now = performance.now();
  runner.frame(now - last);
  last = now;
}, FRAME_MS);
