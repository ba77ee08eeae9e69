import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

/** Bundles the page once, and serves it. What the page needs to know is in its address; see the README. */
const bundle = await rolldown({
  input: join(import.meta.dirname, 'page.tsx'),
  platform: 'browser',
  transform: { define: { 'process.env.NODE_ENV': '"production"' } },
});
const { output } = await bundle.generate({ format: 'esm', minify: true });
await bundle.close();
const script = output[0].code;
const html = await readFile(join(import.meta.dirname, 'index.html'));

const server = createServer((request, response) => {
  const isScript = request.url === '/page.js';
  response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' });
  response.end(isScript ? script : html);
});
server.listen(Number(process.env.PORT ?? 4400), '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') console.log(`listening on http://127.0.0.1:${address?.port}`);
});
