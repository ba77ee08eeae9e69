import 'server-only';
import * as z from 'zod';
import { SECRET_LENGTH_MIN } from '../common/limits.ts';

const webUrl = z.url({ protocol: /^https?$/ });

const webUrls = z
  .string()
  .transform((value) => value.split(',').map((url) => url.trim().replace(/\/$/, '')))
  .pipe(z.array(webUrl).min(1));

const environmentSchema = z.object({
  DATABASE_URL: z.string().min(1),
  AUTH_JWT_SECRET: z.string().min(SECRET_LENGTH_MIN),
  NODE_URLS: webUrls,
  /** The nodes as this server reaches them, where that differs: in a container, behind a load balancer. */
  NODE_URLS_INTERNAL: webUrls.optional(),
  API_KEY: z.string().min(SECRET_LENGTH_MIN),
  /** Where people reach the app; with https the cookies are marked secure. */
  BETTER_AUTH_URL: webUrl.optional(),
  /** Encrypts the sessions' cookies; derived from AUTH_JWT_SECRET when it is not set. */
  BETTER_AUTH_SECRET: z.string().min(SECRET_LENGTH_MIN).optional(),
  /** Reverse proxies of ours in front of this app: as many entries of `x-forwarded-for` are believed. */
  WEB_TRUSTED_PROXIES: z.coerce.number().int().min(0).max(8).default(0),
  DEMO: z.enum(['0', '1']).default('0'),
  DEMO_PASSWORD: z.string().optional(),
  ADMIN_PASSWORD: z.string().optional(),
});

export type WebEnvironment = z.infer<typeof environmentSchema>;

const HINTS: Readonly<Record<string, string>> = {
  DATABASE_URL:
    'Postgres with the accounts, for example postgresql://user:password@127.0.0.1:5432/fleetlm',
  AUTH_JWT_SECRET: "the cluster's secret for users' tokens, at least 32 characters",
  NODE_URLS:
    'the nodes as a browser reaches them, for example http://127.0.0.1:4001,http://127.0.0.1:4002',
  NODE_URLS_INTERNAL:
    'the nodes as the web server reaches them, for example http://n1:4001; NODE_URLS without it',
  API_KEY: "the cluster's server-to-server key, at least 32 characters",
};

let parsed: WebEnvironment | null = null;

/** The environment, checked at the first use. Throws with every variable that is missing or malformed. */
export function serverEnv(): WebEnvironment {
  if (parsed !== null) return parsed;
  const result = environmentSchema.safeParse(process.env);
  if (!result.success) {
    const lines = result.error.issues.map((issue) => {
      const name = String(issue.path[0] ?? '');
      return `  ${name}: ${issue.message} (${HINTS[name] ?? 'see the reference'})`;
    });
    throw new Error(`The web app can't start with this environment:\n${lines.join('\n')}`);
  }
  parsed = result.data;
  return parsed;
}
