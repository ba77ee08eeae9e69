import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { LoginForm } from '@/features/accounts/sign-in/login-form.tsx';
import { currentSignIn } from '@/server/accounts/session.ts';
import { serverEnv } from '@/server/env.ts';
import { Mark } from '@/ui/brand/mark.tsx';

export const metadata: Metadata = { title: 'Sign in' };

export default async function LoginPage() {
  if ((await currentSignIn()) !== null) redirect('/inbox');
  const env = serverEnv();
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <div className="w-full max-w-sm">
        <header className="mb-6 flex flex-col items-center gap-3 text-center">
          <Mark size={56} />
          <div>
            <h1 className="text-2xl font-semibold tracking-tight">FleetLM</h1>
            <p className="mt-1 text-muted">Sign in to talk to your agents.</p>
          </div>
        </header>
        <div className="rounded-xl border border-border bg-surface p-6 shadow-float">
          <LoginForm />
        </div>
        {env.DEMO === '1' && (
          <section
            aria-labelledby="demo-accounts"
            className="mt-6 rounded-xl border border-dashed border-strong p-4 text-sm"
          >
            <h2 id="demo-accounts" className="font-medium">
              Demo accounts
            </h2>
            <dl className="mt-2 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
              <DemoAccount email="demo@fleetlm.local" password={env.DEMO_PASSWORD} />
              <DemoAccount email="owner@fleetlm.local" password={env.DEMO_PASSWORD} />
              <DemoAccount email="admin@fleetlm.local" password={env.ADMIN_PASSWORD} />
            </dl>
          </section>
        )}
      </div>
    </main>
  );
}

function DemoAccount({
  email,
  password,
}: {
  readonly email: string;
  readonly password: string | undefined;
}) {
  return (
    <>
      <dt className="text-muted">{email}</dt>
      <dd className="tabular">{password ?? 'as it was set'}</dd>
    </>
  );
}
