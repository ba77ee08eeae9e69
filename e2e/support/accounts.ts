import { randomBytes } from 'node:crypto';
import { type Browser, expect, type Page } from '@playwright/test';
import pg from 'pg';
import type { RunningSystem } from './system.ts';

export type Role = 'user' | 'owner' | 'admin';

/** An account that may sign in, made for one journey alone. */
export interface Account {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

/** Something that no other journey is named after. */
export function unique(): string {
  return randomBytes(5).toString('hex');
}

/** Puts an account into the web app's tables, with the demo accounts' password (its hash is copied). */
export async function addAccount(system: RunningSystem, role: Role): Promise<Account> {
  const suffix = unique();
  const account: Account = {
    id: `journey-${suffix}`,
    name: `Journey ${suffix}`,
    email: `journey-${suffix}@fleetlm.local`,
    password: system.secrets.demoPassword ?? '',
  };
  const client = new pg.Client({ connectionString: system.databaseUrl });
  await client.connect();
  try {
    await client.query(
      `INSERT INTO auth_users (id, name, email, email_verified, role, updated_at)
       VALUES ($1, $2, $3, true, $4, now())`,
      [account.id, account.name, account.email, role],
    );
    const { rowCount } = await client.query(
      `INSERT INTO auth_accounts (id, provider_id, account_id, user_id, password, updated_at)
       SELECT 'credential-' || $1::text, 'credential', $1, $1, password, now()
       FROM auth_accounts WHERE user_id = 'demo' AND provider_id = 'credential'`,
      [account.id],
    );
    expect(rowCount, 'the demo account has a password to copy').toBe(1);
  } finally {
    await client.end();
  }
  return account;
}

/** A browser of its own in which the account is signed in, at the inbox. */
export async function openAs(
  browser: Browser,
  { webUrl }: RunningSystem,
  { email, password }: Account,
): Promise<Page> {
  const context = await browser.newContext();
  const signedIn = await context.request.post(`${webUrl}/api/sign-in`, {
    data: { email, password },
  });
  expect(signedIn.status(), await signedIn.text()).toBe(200);
  const page = await context.newPage();
  await page.goto(`${webUrl}/inbox`);
  await expect(page.getByRole('heading', { name: 'Inbox' })).toBeVisible();
  return page;
}
