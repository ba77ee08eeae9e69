import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { EXIT } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';
import { CONFIG_BYTES_MAX, TOKEN_LENGTH_MAX, URL_LENGTH_MAX } from '../limits.ts';

/** Which node to ask, and as whom. */
export interface ConnectionSettings {
  readonly url: string;
  /** Of the operations port. */
  readonly opsUrl: string;
  /** Null: none is configured. */
  readonly token: string | null;
}

/** From the command line; each stands over the environment, which stands over the file. */
export interface ConnectionOptions {
  readonly url?: string | undefined;
  readonly opsUrl?: string | undefined;
  readonly token?: string | undefined;
}

/** Where a node listens unless it is configured otherwise. */
export const URL_DEFAULT = 'http://127.0.0.1:4001';
/** And its operations port, as the documentation has it. */
export const OPS_URL_DEFAULT = 'http://127.0.0.1:4301';

const urlSchema = z
  .string()
  .max(URL_LENGTH_MAX, `must have at most ${URL_LENGTH_MAX} characters`)
  .refine(isNodeUrl, 'must be the http or https address of a node, without a user and a password');
/** As a header carries it. */
const tokenSchema = z
  .string()
  .min(1, 'must not be empty')
  .max(TOKEN_LENGTH_MAX, `must have at most ${TOKEN_LENGTH_MAX} characters`)
  .regex(/^[\x21-\x7e]*$/, 'must consist of visible ASCII characters');
const fileSchema = z.strictObject({
  url: urlSchema.optional(),
  ops_url: urlSchema.optional(),
  token: tokenSchema.optional(),
});

function isNodeUrl(text: string): boolean {
  const url = URL.parse(text);
  return (
    url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
  );
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Throws a CommandFailure that names the option, the variable or the field that is wrong. */
export function connectionSettings(
  options: ConnectionOptions,
  env: Environment,
  homeDirectory: string,
): ConnectionSettings {
  const file = readConfigFile(env, homeDirectory);
  const url = first(urlSchema, [
    ['--url', options.url],
    ['FLEETLM_URL', env.FLEETLM_URL],
    ...file.urls,
  ]);
  const opsUrl = first(urlSchema, [
    ['--ops-url', options.opsUrl],
    ['FLEETLM_OPS_URL', env.FLEETLM_OPS_URL],
    ...file.opsUrls,
  ]);
  const token = first(tokenSchema, [
    ['--token', options.token],
    ['FLEETLM_TOKEN', env.FLEETLM_TOKEN],
    // As the nodes have it, for a shell that has read their environment.
    ['API_KEY', env.API_KEY],
    ...file.tokens,
  ]);
  return {
    url: (url ?? URL_DEFAULT).replace(/\/$/, ''),
    opsUrl: (opsUrl ?? OPS_URL_DEFAULT).replace(/\/$/, ''),
    token,
  };
}

type Source = readonly [name: string, value: string | undefined];

function first(schema: z.ZodType<string>, sources: readonly Source[]): string | null {
  for (const [name, value] of sources) {
    if (value === undefined || (value === '' && !name.startsWith('--'))) continue;
    const parsed = schema.safeParse(value);
    if (!parsed.success)
      throw new CommandFailure(EXIT.configuration, `${name} ${parsed.error.issues[0]?.message}`);
    return parsed.data;
  }
  return null;
}

interface ConfigFile {
  readonly urls: readonly Source[];
  readonly opsUrls: readonly Source[];
  readonly tokens: readonly Source[];
}

const NO_FILE: ConfigFile = { urls: [], opsUrls: [], tokens: [] };

function readConfigFile(env: Environment, homeDirectory: string): ConfigFile {
  const named = env.FLEETLM_CONFIG;
  const folder = env.XDG_CONFIG_HOME || join(homeDirectory, '.config');
  const path = named || join(folder, 'fleetlm', 'config.json');
  const wrong = (why: string): CommandFailure =>
    new CommandFailure(
      EXIT.configuration,
      `${path}: ${why}`,
      'The file is JSON: {"url": "https://node.example.com", "token": "..."}',
    );
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) {
    if (named) throw wrong('FLEETLM_CONFIG names it, and it does not exist');
    return NO_FILE;
  }
  if (stats.size > CONFIG_BYTES_MAX) throw wrong(`is larger than ${CONFIG_BYTES_MAX} bytes`);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error));
  }
  const parsed = fileSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw wrong(`${issue?.path.join('.') || 'the whole'}: ${issue?.message}`);
  }
  const { url, ops_url: opsUrl, token } = parsed.data;
  return {
    urls: [[`${path}: url`, url]],
    opsUrls: [[`${path}: ops_url`, opsUrl]],
    tokens: [[`${path}: token`, token]],
  };
}
