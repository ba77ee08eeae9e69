/** For a container's HEALTHCHECK: exit code 0 when the web app on this machine shows its sign-in page. */
const LIMIT_MS = 3_000;
const port = process.env.PORT ?? '3000';

try {
  const response = await fetch(`http://127.0.0.1:${port}/login`, {
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  await response.body?.cancel();
  process.exitCode = response.ok ? 0 : 1;
} catch (error) {
  process.stderr.write(`the web app does not answer: ${String(error)}\n`);
  process.exitCode = 1;
}
