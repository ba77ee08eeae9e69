import 'server-only';
import { createHmac } from 'node:crypto';
import { betterAuth } from 'better-auth';
import { prismaAdapter } from 'better-auth/adapters/prisma';
import { nextCookies } from 'better-auth/next-js';
import { serverEnv } from '../env.ts';
import { database } from './database.ts';

const SESSION_SECONDS = 7 * 24 * 3_600;

function createAuth() {
  const env = serverEnv();
  return betterAuth({
    appName: 'FleetLM',
    secret: env.BETTER_AUTH_SECRET ?? derivedSecret(env.AUTH_JWT_SECRET),
    ...(env.BETTER_AUTH_URL === undefined ? {} : { baseURL: env.BETTER_AUTH_URL }),
    database: prismaAdapter(database(), { provider: 'postgresql' }),
    telemetry: { enabled: false },
    logger: { level: 'error' },
    emailAndPassword: { enabled: true, disableSignUp: true },
    user: {
      modelName: 'authUser',
      additionalFields: { role: { type: 'string', input: false, defaultValue: 'user' } },
    },
    // The whole session is in an encrypted cookie for as long as it lasts: Postgres is needed to sign in, not to
    // go on chatting. Rights are not taken from it: `session.ts` reads them from Postgres.
    session: {
      modelName: 'authSession',
      expiresIn: SESSION_SECONDS,
      cookieCache: { enabled: true, maxAge: SESSION_SECONDS, strategy: 'jwe' },
    },
    account: { modelName: 'authAccount' },
    verification: { modelName: 'authVerification' },
    advanced: {
      cookiePrefix: 'fleetlm',
      useSecureCookies: env.BETTER_AUTH_URL?.startsWith('https:') ?? false,
    },
    plugins: [nextCookies()],
  });
}

/** Not the tokens' secret itself: a key that leaks from one use must not open the other. */
function derivedSecret(jwtSecret: string): string {
  return createHmac('sha256', jwtSecret).update('web session').digest('base64url');
}

let auth: ReturnType<typeof createAuth> | null = null;

/** Sign-in, sign-out and sessions. Made at the first use, so that a build needs no environment. */
export function webAuth(): ReturnType<typeof createAuth> {
  auth ??= createAuth();
  return auth;
}
