import { createHash, hkdfSync, randomBytes } from 'node:crypto';
import {
  type ConnectionOptions,
  createSecureContext,
  type SecureContextOptions,
  type TlsOptions,
} from 'node:tls';

/** What the two ends of a connection between nodes prove to each other. */
export type MeshCredentials = SecretCredentials | CertificateCredentials;

interface SecretCredentials {
  readonly kind: 'secret';
  /** The first one is proven to others; of callers any of them is accepted, so that a secret can be changed. */
  readonly secrets: readonly string[];
}

/** In PEM. */
export interface CertificateCredentials {
  readonly kind: 'certificate';
  readonly certificate: string;
  readonly key: string;
  /** Whose certificates are accepted. */
  readonly authorities: string;
}

const VERSION = { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' } as const;
const KEY_BYTES = 32;
/** A key that comes through Node's `pskCallback` is one for SHA-256: other suites of TLS 1.3 would not be chosen with it. */
const KEY_SUITE: SecureContextOptions = { ...VERSION, ciphers: 'TLS_AES_128_GCM_SHA256' };

interface PresharedKey {
  /** Sent in the clear: it names the key and says nothing about it. */
  readonly identity: string;
  readonly psk: Uint8Array;
}

/** The secret itself is used for other things, too: the key of the mesh is derived from it for this purpose alone. */
function presharedKey(secret: string): PresharedKey {
  const psk = new Uint8Array(hkdfSync('sha256', secret, 'fleetlm', 'mesh psk 1', KEY_BYTES));
  const name = createHash('sha256').update('mesh psk name 1').update(psk).digest('hex');
  return { identity: `fleetlm-mesh-${name.slice(0, 16)}`, psk };
}

/** For one who calls; made once and used for every call. */
export function diallerOptions(credentials: MeshCredentials): ConnectionOptions {
  return credentials.kind === 'secret'
    ? secretDialler(credentials)
    : certificateDialler(credentials);
}

function secretDialler({ secrets }: SecretCredentials): ConnectionOptions {
  const [first] = secrets;
  if (first === undefined) throw new RangeError('credentials: there is no secret');
  const key = presharedKey(first);
  return {
    // No authority: an end that shows a certificate instead of proving the key is nothing to us.
    secureContext: createSecureContext({ ...KEY_SUITE, ca: [] }),
    pskCallback: () => key,
    checkServerIdentity: () => new UnexpectedCertificateError(),
  };
}

function certificateDialler(credentials: CertificateCredentials): ConnectionOptions {
  return {
    secureContext: createSecureContext(contextOf(credentials)),
    // Addresses change, names of nodes are proven by no certificate: what counts is who signed it.
    checkServerIdentity: () => undefined,
  };
}

/** For one who is called. */
export function listenerOptions(credentials: MeshCredentials): TlsOptions {
  if (credentials.kind === 'certificate')
    // The listener decides, since Node would end the connection without saying why.
    return { ...contextOf(credentials), requestCert: true, rejectUnauthorized: false };
  const keys = new Map(
    credentials.secrets.map((secret) => {
      const { identity, psk } = presharedKey(secret);
      return [identity, psk] as const;
    }),
  );
  return {
    ...KEY_SUITE,
    // A key that is unknown fails like one that is wrong.
    pskCallback: (_socket, identity) => keys.get(identity) ?? randomBytes(KEY_BYTES),
  };
}

function contextOf({
  certificate,
  key,
  authorities,
}: CertificateCredentials): SecureContextOptions {
  return { ...VERSION, cert: certificate, key, ca: authorities };
}

class UnexpectedCertificateError extends Error {
  readonly code = 'CERT_UNEXPECTED';

  constructor() {
    super('the other side shows a certificate where it has to prove the secret of the cluster');
    this.name = 'UnexpectedCertificateError';
  }
}
