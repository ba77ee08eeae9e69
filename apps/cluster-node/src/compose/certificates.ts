import { randomBytes, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { type NetPort, tcpNet, tlsNet } from '@fleetlm/raft/mesh';
import {
  type CertificatePaths,
  ConfigurationError,
  type Environment,
} from '../config/environment.ts';
import { guarded } from '../telemetry/guarded.ts';
import type { Logger } from '../telemetry/logger.ts';

/** What the files of a certificate hold, in PEM. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
  /** Null: none are given. */
  readonly authorities: string | null;
}

interface Paths extends CertificatePaths {
  readonly authorities?: string;
}

export interface CertificateOptions {
  /** What is said of it: `MESH_TLS_CERT` or `TLS_CERT`. */
  readonly variable: 'MESH_TLS_CERT' | 'TLS_CERT';
  readonly paths: Paths;
  readonly log: Logger;
  readonly checkMs?: number;
}

/** Authorities that renew certificates do it days before these end: soon enough, and nothing to speak of as work. */
const CHECK_MS = 10_000;

/** A certificate in files, which is read again when they change. */
export class Certificate {
  readonly #options: CertificateOptions;
  #files: CertificateFiles;
  #refused = '';
  #renewed: (files: CertificateFiles) => void = () => undefined;
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;

  /** Throws a ConfigurationError when the files can't be read, or are no certificate with its key. */
  constructor(options: CertificateOptions) {
    this.#options = options;
    try {
      const { certificate, key, authorities } = options.paths;
      this.#files = checked({
        certificate: readFileSync(certificate, 'utf8'),
        key: readFileSync(key, 'utf8'),
        authorities: authorities === undefined ? null : readFileSync(authorities, 'utf8'),
      });
    } catch (error) {
      throw new ConfigurationError(
        `${options.variable}: the certificate can't be used: ${messageOf(error)}`,
      );
    }
  }

  get files(): CertificateFiles {
    return this.#files;
  }

  /** Seconds since 1970. */
  get expiresAtS(): number {
    return Date.parse(new X509Certificate(this.#files.certificate).validTo) / 1_000;
  }

  /** From now on the files are read again and again; `renewed` is called with what they hold when it is another one. */
  watch(renewed: (files: CertificateFiles) => void): void {
    this.#renewed = renewed;
    this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #schedule(): void {
    if (this.#stopped) return;
    const check = (): void => {
      this.#check().then(
        () => this.#schedule(),
        (error: unknown) => {
          this.#report(messageOf(error));
          this.#schedule();
        },
      );
    };
    this.#timer = setTimeout(guarded('timer', check), this.#options.checkMs ?? CHECK_MS);
    this.#timer.unref();
  }

  async #check(): Promise<void> {
    const { certificate, key, authorities } = this.#options.paths;
    const next = {
      certificate: await readFile(certificate, 'utf8'),
      key: await readFile(key, 'utf8'),
      authorities: authorities === undefined ? null : await readFile(authorities, 'utf8'),
    };
    if (this.#stopped || JSON.stringify(next) === JSON.stringify(this.#files)) return;
    this.#renewed(checked(next));
    this.#files = next;
    this.#refused = '';
    const { log, variable } = this.#options;
    log.info(
      { variable, expires_at: new Date(this.expiresAtS * 1_000).toISOString() },
      'tls: certificate renewed',
    );
  }

  /** Files are written one after the other: what does not fit yet mostly does at the next look. */
  #report(detail: string): void {
    if (this.#stopped || detail === this.#refused) return;
    this.#refused = detail;
    const { log, variable } = this.#options;
    log.error({ variable, detail }, 'tls: certificate not renewed, the one in use stays');
  }
}

/** Throws where Node would refuse it. */
function checked(files: CertificateFiles): CertificateFiles {
  const { certificate, key, authorities } = files;
  createSecureContext({
    cert: certificate,
    key,
    ...(authorities === null ? {} : { ca: authorities }),
  });
  return files;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Connections between nodes, as the operator wants them to prove themselves. */
export function meshNet(
  {
    meshTls,
    clusterSecret,
    clusterSecretsAlso,
  }: Pick<Environment, 'meshTls' | 'clusterSecret' | 'clusterSecretsAlso'>,
  certificate: Certificate | null,
  log: Logger,
): NetPort {
  if (meshTls === 'off') {
    log.warn(
      'mesh: MESH_TLS=off: connections are not encrypted and prove nothing: any caller that reaches MESH_PORT is trusted with everything',
    );
    return tcpNet;
  }
  if (certificate === null) {
    // Without a secret there is only this node, and no other is admitted.
    const secret = clusterSecret ?? randomBytes(32).toString('hex');
    return tlsNet({ kind: 'secret', secrets: [secret, ...clusterSecretsAlso] });
  }
  const net = tlsNet(credentialsOf(certificate.files));
  certificate.watch((files) => net.renew(credentialsOf(files)));
  return net;
}

function credentialsOf({ certificate, key, authorities }: CertificateFiles) {
  return { kind: 'certificate', certificate, key, authorities: authorities ?? '' } as const;
}
