/** Starts Next's own server where the node listens by default: on this machine only, unless HOST says otherwise. */
process.env.HOSTNAME = process.env.HOST ?? '127.0.0.1';
process.env.PORT ??= '3000';
process.env.NEXT_TELEMETRY_DISABLED ??= '1';
process.env.BETTER_AUTH_TELEMETRY ??= '0';
await import(new URL('../apps/web/server.js', import.meta.url).href);
