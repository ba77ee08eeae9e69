import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/** No key here opens it: it was encrypted with another one, for something else, or it has been changed. */
export class SecretUnreadableError extends Error {
  constructor(keyId: string) {
    super(`this node has no key that decrypts a secret encrypted with the key ${keyId}`);
    this.name = 'SecretUnreadableError';
  }
}

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const KEY_ID_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const PREFIX = 'sealed1';
const SALT = 'fleetlm';
/** Opened secrets that are remembered: one is needed for every call to an agent. */
const OPENED_MAX = 20_000;

interface Key {
  readonly id: string;
  readonly key: Uint8Array;
  readonly derivation: Uint8Array;
}

/**
 * Encrypts small secrets for the log and the disk: AES-256-GCM under keys made of passphrases by HKDF-SHA-256. The first
 * passphrase encrypts, each of them decrypts; the key's id is part of the text (`sealed1:<key id>:<base64url>`), so
 * that keys can be changed. `purpose` is authenticated: what was sealed for one thing does not open for another.
 */
export class SecretBox {
  readonly #keys: readonly Key[];
  readonly #newest: Key;
  readonly #opened = new Map<string, string>();

  constructor(passphrases: readonly [string, ...string[]]) {
    const [first, ...others] = passphrases;
    this.#newest = keyOf(first);
    this.#keys = [this.#newest, ...others.map(keyOf)];
  }

  seal(secret: string, purpose: string): string {
    const { id, key } = this.#newest;
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, key, nonce);
    cipher.setAAD(Buffer.from(purpose));
    const body = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    const bytes = Buffer.concat([nonce, body, cipher.getAuthTag()]);
    return `${PREFIX}:${id}:${bytes.toString('base64url')}`;
  }

  /** Throws SecretUnreadableError. Text that was never sealed is what it is. */
  open(text: string, purpose: string): string {
    if (!isSealed(text)) return text;
    const memory = `${purpose}\n${text}`;
    const known = this.#opened.get(memory);
    if (known !== undefined) return known;
    const secret = this.#decrypt(text, purpose);
    if (this.#opened.size >= OPENED_MAX) this.#opened.clear();
    this.#opened.set(memory, secret);
    return secret;
  }

  /** Always the same bytes for the same text, under the newest key alone; they say nothing of it. */
  derive(text: string): Uint8Array {
    return createHmac('sha256', this.#newest.derivation).update(text).digest();
  }

  #decrypt(text: string, purpose: string): string {
    const [, id = '', encoded = ''] = text.split(':');
    const bytes = Buffer.from(encoded, 'base64url');
    const key = this.#keys.find((known) => known.id === id);
    if (key === undefined || bytes.length < NONCE_BYTES + TAG_BYTES)
      throw new SecretUnreadableError(id);
    const decipher = createDecipheriv(CIPHER, key.key, bytes.subarray(0, NONCE_BYTES));
    decipher.setAAD(Buffer.from(purpose));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      const body = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
      return Buffer.concat([body, decipher.final()]).toString('utf8');
    } catch (error) {
      // The cipher says no more than that it does not fit.
      if (error instanceof Error) throw new SecretUnreadableError(id);
      throw error;
    }
  }
}

export function isSealed(text: string): boolean {
  return text.startsWith(`${PREFIX}:`);
}

function keyOf(passphrase: string): Key {
  const derive = (info: string, bytes: number): Uint8Array =>
    new Uint8Array(hkdfSync('sha256', passphrase, SALT, info, bytes));
  return {
    id: Buffer.from(derive('key id', KEY_ID_BYTES)).toString('hex'),
    key: derive('agent signing secrets', KEY_BYTES),
    derivation: derive('derived secrets', KEY_BYTES),
  };
}
