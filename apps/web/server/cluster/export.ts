import 'server-only';
import { REST } from '@fleetlm/protocol';
import { serverEnv } from '../env.ts';
import { problemResponse } from '../guards/problem-response.ts';

type Format = 'json' | 'html';

const UNREACHABLE = {
  status: 503,
  code: 'cluster_unreachable',
  detail: 'No node of the cluster can be reached now.',
  errors: [],
};
const REFUSED = {
  status: 503,
  code: 'export_refused',
  detail: 'The data can’t be exported now. Please try again in a moment.',
  errors: [],
};

/** Everything of the signed-in person, as the cluster writes it: it may be long, so it is passed on as it comes. */
export function ownExport(format: Format, token: string): Promise<Response> {
  return passOn(`${REST.exportUser.path}?format=${format}`, format, token);
}

/** Everything of any user, with the rights of an operator. */
export function userExport(userId: string, format: Format, token: string): Promise<Response> {
  const query = new URLSearchParams({ user_id: userId, format });
  return passOn(`${REST.exportOtherUser.path}?${query}`, format, token);
}

async function passOn(path: string, format: Format, token: string): Promise<Response> {
  const { NODE_URLS, NODE_URLS_INTERNAL } = serverEnv();
  for (const url of NODE_URLS_INTERNAL ?? NODE_URLS) {
    const answer = await fetch(url + path, {
      headers: { authorization: `Bearer ${token}` },
      cache: 'no-store',
      redirect: 'error',
    }).catch(() => null);
    if (answer === null || answer.status === 503) continue;
    if (!answer.ok) return problemResponse(REFUSED);
    return new Response(answer.body, {
      headers: {
        'content-type':
          format === 'html' ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8',
        'content-disposition': `attachment; filename="export.${format}"`,
        'cache-control': 'no-store',
      },
    });
  }
  return problemResponse(UNREACHABLE);
}
