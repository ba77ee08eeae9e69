import { portsFrom } from './ports.ts';

/** DATABASE_URL, or the embedded Postgres of a running `npm start`. */
export function databaseUrl(): string {
  const given = process.env.DATABASE_URL;
  if (given !== undefined && given !== '') return given;
  return `postgresql://fleetlm:fleetlm@127.0.0.1:${portsFrom(process.env.PORT_BASE).postgres}/fleetlm`;
}
