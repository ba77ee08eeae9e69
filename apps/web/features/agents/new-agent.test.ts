import { expect, test } from 'vitest';
import { newWebhookSecret, registrationSchema } from './new-agent.ts';

const SECRET = newWebhookSecret();
const TYPED = {
  secret: SECRET,
  id: ' bot ',
  name: 'Bot',
  origin_url: 'https://bot.example ',
  webhook_path: '',
  adapter: 'ai-sdk',
  model: '',
  api_key: '',
};

test('a registration is trimmed, and an empty path is the usual one', () => {
  expect(registrationSchema.parse(TYPED)).toEqual({
    secret: SECRET,
    id: 'bot',
    name: 'Bot',
    origin_url: 'https://bot.example',
    webhook_path: '/webhook',
    adapter: 'ai-sdk',
    model: null,
    api_key: null,
  });
});

test('what is wrong is named by its field', () => {
  const wrong = registrationSchema.safeParse({ ...TYPED, id: 'Not an id', webhook_path: 'x' });
  expect(wrong.error?.issues.map(({ path }) => path.join('.')).sort()).toEqual([
    'id',
    'webhook_path',
  ]);
});
