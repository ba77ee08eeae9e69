/** A part of a test that needs the parts before it; a failure names the step. */
export async function step(title: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (error instanceof Error) error.message = `step "${title}": ${error.message}`;
    throw error;
  }
}
