import type { S3Settings } from './s3-store.ts';
import type { ScanSettings } from './scanner.ts';

/** What the operator decided about files. */
export interface BlobSettings {
  /** Of one file. */
  readonly bytesMax: number;
  /** Of all files of one user. */
  readonly userBytesMax: number;
  /** `image/*,application/pdf`. */
  readonly types: readonly string[];
  /** Null: files are not scanned. */
  readonly scan: ScanSettings | null;
  /** A file that no message refers to is deleted after this. */
  readonly orphanMs: number;
  readonly sweepMs: number;
  /** Null: files are on the nodes' disks. */
  readonly s3: S3Settings | null;
}
