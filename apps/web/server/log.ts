import 'server-only';

/** A line for the operator; what it says never reaches the browser. */
export function logProblem(what: string, error: unknown): void {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${new Date().toISOString()} web: ${what}: ${detail}\n`);
}

/** What an admin has done, for a later question; never a secret. */
export function logAction(what: string, by: string): void {
  process.stdout.write(`${new Date().toISOString()} web: ${what}, by ${by}\n`);
}
