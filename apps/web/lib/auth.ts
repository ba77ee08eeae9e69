import 'server-only';
import { createHmac } from 'node:crypto';
import { betterAuth } from 'better-auth';
import { prismaAdapter } from 'better-auth/adapters/prisma';
import { nextCookies } from 'better-auth/next-js';
import { database } from './database.ts';
import { serverEnv } from './env.ts';

const SESSION_SECONDS = 7 * 24 * 3_600;

function createAuth() {
  const env = serverEnv();
  return betterAuth({
    appName: 'FleetLM',
    // Not the tokens' secret itself: a key that leaks from one use must not open the other.
    secret: createHmac('sha256', env.AUTH_JWT_SECRET).update('web session').digest('base64url'),
    ...(env.PUBLIC_URL === undefined ? {} : { baseURL: env.PUBLIC_URL }),
    database: prismaAdapter(database(), { provider: 'postgresql' }),
    telemetry: { enabled: false },
    logger: { level: 'error' },
    emailAndPassword: { enabled: true, disableSignUp: true },
    user: {
      modelName: 'authUser',
      additionalFields: { role: { type: 'string', input: false, defaultValue: 'user' } },
    },
    // The whole session is in an encrypted cookie for as long as it lasts: Postgres is needed to sign in, not to
    // go on chatting. The price: an account that is closed stays signed in until its session ends.
    session: {
      modelName: 'authSession',
      expiresIn: SESSION_SECONDS,
      cookieCache: { enabled: true, maxAge: SESSION_SECONDS, strategy: 'jwe' },
    },
    account: { modelName: 'authAccount' },
    verification: { modelName: 'authVerification' },
    advanced: {
      cookiePrefix: 'fleetlm',
      useSecureCookies: env.PUBLIC_URL?.startsWith('https:') ?? false,
    },
    plugins: [nextCookies()],
  });
}

let auth: ReturnType<typeof createAuth> | null = null;

/** Sign-in, sign-out and sessions. Made at the first use, so that a build needs no environment. */
export function webAuth(): ReturnType<typeof createAuth> {
  auth ??= createAuth();
  return auth;
}
