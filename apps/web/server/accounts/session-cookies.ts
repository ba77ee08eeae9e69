import 'server-only';
import { cookies } from 'next/headers';

/** Where the session can't be ended properly, its cookies go at least. In routes and actions only. */
export async function forgetCookies(): Promise<void> {
  const jar = await cookies();
  for (const { name } of jar.getAll()) if (name.includes('fleetlm.session')) jar.delete(name);
}
