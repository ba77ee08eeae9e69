import type { SessionsAnswer } from '@fleetlm/protocol';
import { EXIT } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';
import type { ClientCommand, CommandResult } from './command.ts';

const PAGE = '500';
const CONFIRM = 'Nothing brings it back. Add --yes to erase it.';

/** Erases one conversation for good. */
export async function eraseSession(
  { client }: ClientCommand,
  { yes = false }: { readonly yes?: boolean },
  id: string,
): Promise<CommandResult> {
  if (!yes) throw new CommandFailure(EXIT.no, `session ${id} is not erased`, CONFIRM);
  await client.call('eraseSession', { params: { id } });
  return { json: { erased: [id] }, text: `session ${id} is erased\n` };
}

/** Erases every conversation of a user, those included that begin meanwhile. */
export async function eraseUser(
  command: ClientCommand,
  { yes = false }: { readonly yes?: boolean },
  user: string,
): Promise<CommandResult> {
  const erased = new Set<string>();
  for (;;) {
    const found = (await sessionsOf(command, user)).filter((id) => !erased.has(id));
    if (!yes)
      throw new CommandFailure(
        EXIT.no,
        `${found.length} sessions of ${user} are not erased`,
        CONFIRM,
      );
    if (found.length === 0) break;
    for (const id of found) {
      await command.client.call('eraseSession', { params: { id } });
      erased.add(id);
    }
  }
  return { json: { erased: [...erased] }, text: `${erased.size} sessions of ${user} are erased\n` };
}

async function sessionsOf({ client }: ClientCommand, user: string): Promise<readonly string[]> {
  const ids: string[] = [];
  let before: string | null = null;
  do {
    const page: SessionsAnswer = await client.call('listSessions', {
      query: { user_id: user, limit: PAGE, ...(before === null ? {} : { before }) },
    });
    ids.push(...page.sessions.map(({ id }) => id));
    before = page.next;
  } while (before !== null);
  return ids;
}
