import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Drawn at the first start and kept beside the data, readable by its owner only. */
export interface Secrets {
  readonly clusterSecret: string;
  readonly jwtSecret: string;
  readonly apiKey: string;
  readonly webSecret: string;
  readonly demoPassword: string;
  readonly adminPassword: string;
}

const NAMES = [
  'clusterSecret',
  'jwtSecret',
  'apiKey',
  'webSecret',
  'demoPassword',
  'adminPassword',
] as const satisfies readonly (keyof Secrets)[];

export function loadSecrets(dataDirectory: string): Secrets {
  const file = join(dataDirectory, 'secrets.json');
  if (existsSync(file)) return parseSecrets(JSON.parse(readFileSync(file, 'utf8')), file);
  const secrets: Secrets = {
    clusterSecret: randomBytes(32).toString('base64url'),
    jwtSecret: randomBytes(32).toString('base64url'),
    apiKey: `fk_${randomBytes(32).toString('base64url')}`,
    webSecret: randomBytes(32).toString('base64url'),
    // Demo accounts on one's own machine: something that a person can type.
    demoPassword: 'demo-fleetlm',
    adminPassword: 'admin-fleetlm',
  };
  mkdirSync(dataDirectory, { recursive: true });
  writeFileSync(file, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  return secrets;
}

function parseSecrets(value: unknown, file: string): Secrets {
  const read = (name: keyof Secrets): string => {
    const found: unknown =
      typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
    if (typeof found === 'string' && found !== '') return found;
    throw new Error(
      `${file}: "${name}" should be a text; remove the file to have new secrets drawn`,
    );
  };
  const entries = NAMES.map((name) => [name, read(name)] as const);
  return Object.fromEntries(entries) as unknown as Secrets;
}
