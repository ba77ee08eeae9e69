import { REST_ROUTES } from '@fleetlm/protocol';

const ROUTES = REST_ROUTES.map((route) => ({
  route,
  path: new RegExp(`^${route.path.replaceAll(/:\w+/g, '[^/]+')}$`),
}));

/**
 * Throws where an answer is not what the contract says: a field too many is as wrong as one that lacks, since readers are strict.
 * What is no call, or answered with an error, is not looked at.
 */
export function checkAnswer(method: string, target: string, status: number, text: string): void {
  const path = target.replace(/\?.*$/, '');
  const found = ROUTES.find(({ route, path: form }) => route.method === method && form.test(path));
  const answer = found?.route.answers.find((one) => one.status === status);
  if (answer?.body === undefined || 'mediaType' in answer.body) return;
  const parsed = answer.body.safeParse(JSON.parse(text));
  if (parsed.success) return;
  const issues = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`${method} ${target} breaks the contract: ${issues.join('; ')}`);
}
