import { SignJWT } from 'jose';

/** What the load generator signs in with. */
export interface Credentials {
  readonly jwtSecret: string;
  readonly apiKey: string;
}

/** Of a running cluster, from the environment; throws an error that names the missing variable. */
export function credentialsFromEnvironment(): Credentials {
  const need = (name: string): string => {
    const value = process.env[name];
    if (value !== undefined && value !== '') return value;
    throw new Error(`${name} is not set: with --target it must be that cluster's own`);
  };
  return { jwtSecret: need('AUTH_JWT_SECRET'), apiKey: need('API_KEY') };
}

/** A user's token, valid for an hour. */
export function userToken(credentials: Credentials, userId: string): Promise<string> {
  return new SignJWT({ role: 'user' })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(userId)
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(credentials.jwtSecret));
}
