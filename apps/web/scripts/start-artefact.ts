/**
 * What starts the web app in its artefact: Next's own server, where a node listens by default: on this machine only, unless
 * HOST says otherwise. Next's server would live on with a wrong environment; this ends with code 78.
 */
import { serverEnv } from '../server/env.ts';

const CONFIGURATION = 78;

try {
  serverEnv();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(CONFIGURATION);
}
process.env.HOSTNAME = process.env.HOST || '127.0.0.1';
process.env.PORT ||= '3000';
process.env.NEXT_TELEMETRY_DISABLED ??= '1';
process.env.BETTER_AUTH_TELEMETRY ??= '0';
// Relative to where the build puts this file.
await import(new URL('../apps/web/server.js', import.meta.url).href);
